namespace DurableTask.Sqlite.Instances;

/// <summary>An instance that there is something to do with: its inbox, and what of it is in memory.</summary>
internal sealed class InstanceSlot(string instanceId)
{
    public string InstanceId { get; } = instanceId;

    /// <summary>Delivered and not yet looked at; guarded by the table's lock.</summary>
    public List<InstanceMessage> Inbox { get; set; } = [];

    /// <summary>Whether it is queued or locked; guarded by the table's lock.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Where it stands in the order of last use; null while busy.</summary>
    public LinkedListNode<InstanceSlot>? Idle { get; set; }

    /// <summary>Looked at, but not to be shown to the code before the instance starts.</summary>
    public List<InstanceMessage> Held { get; } = [];

    public InstanceState? State { get; set; }

    /// <summary>Drops what can be read from the database again.</summary>
    public void Forget() => State = null;
}
