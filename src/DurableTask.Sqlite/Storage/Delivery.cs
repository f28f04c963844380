using DurableTask.Sqlite.Instances;

namespace DurableTask.Sqlite.Storage;

/// <summary>What a committed transaction has to be handed out: new messages, new activities, instances whose state changed.</summary>
internal sealed class Delivery
{
    public List<InstanceMessage> Messages { get; } = [];

    public List<ActivityWork> Activities { get; } = [];

    /// <summary>Instances whose state changed.</summary>
    public List<string> Changed { get; } = [];

    /// <summary>Executions whose timers will not be needed.</summary>
    public List<string> OverExecutions { get; } = [];

    /// <summary>Executions whose activities are not to start any more.</summary>
    public List<string> Revoked { get; } = [];
}
