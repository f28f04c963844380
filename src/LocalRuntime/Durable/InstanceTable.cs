using System.Threading.Channels;

namespace Drover.LocalRuntime;

/// <summary>Routes messages to instances, lets each run one episode at a time, and keeps the last used ones live.</summary>
internal sealed class InstanceTable(int maxIdle)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, InstanceSlot> _slots = [];
    private readonly LinkedList<InstanceSlot> _idle = new();
    private readonly Channel<InstanceSlot> _ready = Channel.CreateUnbounded<InstanceSlot>();

    /// <summary>Instances with messages to look at.</summary>
    public ChannelReader<InstanceSlot> Ready => _ready.Reader;

    public void Deliver(InstanceMessage message)
    {
        lock (_gate)
        {
            if (!_slots.TryGetValue(message.InstanceId, out var slot))
                _slots[message.InstanceId] = slot = new(message.InstanceId);
            slot.Inbox.Add(message);
            if (slot.IsBusy)
                return;
            slot.IsBusy = true;
            if (slot.Idle is { } node)
            {
                _idle.Remove(node);
                slot.Idle = null;
            }

            _ready.Writer.TryWrite(slot);
        }
    }

    public List<InstanceMessage> TakeInbox(InstanceSlot slot)
    {
        lock (_gate)
        {
            var taken = slot.Inbox;
            slot.Inbox = [];
            return taken;
        }
    }

    /// <summary>Puts messages back that an episode left for the next one.</summary>
    public void Return(InstanceSlot slot, List<InstanceMessage> messages)
    {
        if (messages.Count == 0)
            return;
        lock (_gate)
            slot.Inbox.InsertRange(0, messages);
    }

    /// <summary>Ends a turn: queues the instance again if more has come, else keeps it live or lets it go.</summary>
    public void Release(InstanceSlot slot)
    {
        lock (_gate)
        {
            if (maxIdle == 0)
                slot.Forget();
            if (slot.Inbox.Count > 0)
            {
                _ready.Writer.TryWrite(slot);
                return;
            }

            slot.IsBusy = false;
            if (slot.State is null && slot.Held.Count == 0)
            {
                _slots.Remove(slot.InstanceId);
                return;
            }

            slot.Idle = _idle.AddLast(slot);
            while (_idle.Count > maxIdle && _idle.First is { } oldest)
            {
                _idle.RemoveFirst();
                oldest.Value.Idle = null;
                oldest.Value.Forget();
                if (oldest.Value.Held.Count == 0)
                    _slots.Remove(oldest.Value.InstanceId);
            }
        }
    }
}
