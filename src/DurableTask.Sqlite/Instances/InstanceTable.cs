using System.Threading.Channels;

namespace DurableTask.Sqlite.Instances;

/// <summary>
/// Routes messages to instances, lets one at a time work on each, and keeps the histories of the last used ones in memory.
/// </summary>
internal sealed class InstanceTable(int maxIdle)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, InstanceSlot> _slots = [];
    private readonly LinkedList<InstanceSlot> _idle = new();
    private readonly Channel<InstanceSlot> _ready = Channel.CreateUnbounded<InstanceSlot>();
    private int _locked;

    /// <summary>How many instances are locked.</summary>
    public int Locked => Volatile.Read(ref _locked);

    public void Deliver(InstanceMessage message)
    {
        lock (_gate)
        {
            if (!_slots.TryGetValue(message.InstanceId, out var slot))
            {
                _slots[message.InstanceId] = slot = new(message.InstanceId);
            }

            slot.Inbox.Add(message);
            if (slot.IsBusy)
            {
                return;
            }

            slot.IsBusy = true;
            if (slot.Idle is { } node)
            {
                _idle.Remove(node);
                slot.Idle = null;
            }

            _ready.Writer.TryWrite(slot);
        }
    }

    /// <summary>Locks the next instance that has messages, and takes them.</summary>
    public async Task<(InstanceSlot Slot, List<InstanceMessage> Messages)> LockNextAsync(CancellationToken cancellationToken)
    {
        var slot = await _ready.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _locked);
        lock (_gate)
        {
            var taken = slot.Inbox;
            slot.Inbox = [];
            return (slot, taken);
        }
    }

    /// <summary>Puts messages back that were not worked on.</summary>
    public void Return(InstanceSlot slot, IEnumerable<InstanceMessage> messages)
    {
        lock (_gate)
        {
            slot.Inbox.InsertRange(0, messages);
        }
    }

    /// <summary>Unlocks an instance: queues it again if more has come, else keeps it in memory or lets it go.</summary>
    public void Release(InstanceSlot slot)
    {
        lock (_gate)
        {
            Interlocked.Decrement(ref _locked);
            if (maxIdle == 0)
            {
                slot.Forget();
            }

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
                {
                    _slots.Remove(oldest.Value.InstanceId);
                }
            }
        }
    }
}
