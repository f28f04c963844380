namespace Drover.LocalRuntime.Tests.Hosting;

/// <summary>A clock that stands still until told to move; timers that become due fire in order, on the caller's thread.</summary>
internal sealed class FunctionClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Alarm> _alarms = [];
    private DateTimeOffset _now = start;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>When waits end: tests move the clock only once somebody waits for it.</summary>
    public IReadOnlyList<DateTimeOffset> Due
    {
        get
        {
            lock (_lock)
            {
                return [.. _alarms.Select(alarm => alarm.Due).OfType<DateTimeOffset>()];
            }
        }
    }

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (TakeNext(end) is { } alarm)
        {
            alarm.Ring();
        }

        lock (_lock)
        {
            _now = end;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state, period);
        lock (_lock)
        {
            _alarms.Add(alarm);
        }

        alarm.Change(dueTime, period);
        return alarm;
    }

    private Alarm? TakeNext(DateTimeOffset end)
    {
        lock (_lock)
        {
            var next = _alarms.Where(alarm => alarm.Due <= end).MinBy(alarm => alarm.Due);
            if (next is not null)
            {
                _now = next.Due!.Value > _now ? next.Due.Value : _now;
                next.Due = next.Period > TimeSpan.Zero ? _now + next.Period : null;
            }

            return next;
        }
    }

    private sealed class Alarm(FunctionClock clock, TimerCallback callback, object? state, TimeSpan period) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; } = period;

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                Period = period;
                Due = dueTime <= TimeSpan.Zero ? null : clock._now + dueTime;
                if (dueTime == TimeSpan.Zero)
                {
                    ThreadPool.QueueUserWorkItem(_ => Ring());
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._alarms.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
