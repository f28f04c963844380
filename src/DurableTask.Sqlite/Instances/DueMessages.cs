using DurableTask.Core.History;

namespace DurableTask.Sqlite.Instances;

/// <summary>Messages that are not due yet; each is handed on when its time has come.</summary>
/// <remarks>
/// The clock is looked at once a minute at the latest, so that a machine that slept or whose clock was set does not
/// keep timers waiting.
/// </remarks>
internal sealed class DueMessages : IDisposable
{
    private static readonly TimeSpan LongestNap = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly SortedSet<(long Due, long Id)> _order = [];
    private readonly Dictionary<long, InstanceMessage> _messages = [];
    private readonly Dictionary<string, HashSet<long>> _timers = []; // execution → messages
    private readonly TimeProvider _time;
    private readonly Action<InstanceMessage> _deliver;
    private readonly ITimer _timer;
    private bool _disposed;

    public DueMessages(TimeProvider time, Action<InstanceMessage> deliver)
    {
        (_time, _deliver) = (time, deliver);
        _timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(InstanceMessage message)
    {
        lock (_gate)
        {
            _messages[message.Id] = message;
            _order.Add((message.Due, message.Id));
            if (message is { Event: TimerFiredEvent, ExecutionId: { } execution })
            {
                if (!_timers.TryGetValue(execution, out var ids))
                {
                    _timers[execution] = ids = [];
                }

                ids.Add(message.Id);
            }

            if (_order.Min.Id == message.Id)
            {
                Arm();
            }
        }
    }

    /// <summary>Forgets the timers of an execution.</summary>
    public void Cancel(string executionId)
    {
        lock (_gate)
        {
            if (_timers.Remove(executionId, out var ids))
            {
                foreach (var id in ids)
                {
                    Take(_messages[id]);
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }

    private void Fire()
    {
        var due = new List<InstanceMessage>();
        lock (_gate)
        {
            var now = _time.GetUtcNow().UtcTicks;
            while (_order.Count > 0 && _order.Min.Due <= now)
            {
                due.Add(Take(_messages[_order.Min.Id]));
            }

            Arm();
        }

        due.ForEach(_deliver);
    }

    private InstanceMessage Take(InstanceMessage message)
    {
        _messages.Remove(message.Id);
        _order.Remove((message.Due, message.Id));
        if (message.ExecutionId is { } execution && _timers.TryGetValue(execution, out var ids) && ids.Remove(message.Id) && ids.Count == 0)
        {
            _timers.Remove(execution);
        }

        return message;
    }

    private void Arm()
    {
        if (_disposed || _order.Count == 0)
        {
            return;
        }

        // A clock that moves between the look at it and the setting of the timer makes the timer late, so look again.
        TimeSpan left, wait;
        do
        {
            left = TimeSpan.FromTicks(Math.Max(0, _order.Min.Due - _time.GetUtcNow().UtcTicks));
            wait = TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)); // A timer must not fire before its time.
            _timer.Change(wait < LongestNap ? wait : LongestNap, Timeout.InfiniteTimeSpan);
        }
        while (left > TimeSpan.Zero && _order.Count > 0 && _order.Min.Due <= _time.GetUtcNow().UtcTicks);
    }
}
