namespace Drover.Testing;

/// <summary>A fake clock that tells what timers are set: a test moves it only once somebody waits for it.</summary>
internal sealed class ManualTime : FakeTimeProvider
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ITimer, DateTimeOffset> _due = [];
    private readonly SemaphoreSlim _set = new(0);

    public ManualTime()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public ManualTime(DateTimeOffset start)
        : base(start)
    {
    }

    /// <summary>When the timers fire that are set.</summary>
    public IReadOnlyList<DateTimeOffset> Due
    {
        get
        {
            lock (_gate)
            {
                return [.. _due.Values];
            }
        }
    }

    /// <summary>Returns once a timer has been set since the last such call.</summary>
    public Task TimerSetAsync() => _set.WaitAsync(TestContext.Current.CancellationToken);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SeenTimer(this);
        timer.Start(base.CreateTimer(
            s =>
            {
                timer.Fired();
                callback(s);
            },
            state,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SeenTimer(ManualTime time) : ITimer
    {
        private ITimer? _inner;
        private TimeSpan _period;

        public void Start(ITimer inner) => _inner = inner;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                _period = period;
                time._due.Remove(this);
                if (dueTime > TimeSpan.Zero)
                {
                    time._due[this] = time.GetUtcNow() + dueTime;
                    time._set.Release();
                }
            }

            return _inner!.Change(dueTime, period);
        }

        public void Fired()
        {
            lock (time._gate)
            {
                if (!time._due.Remove(this, out var due))
                {
                    return;
                }

                if (_period > TimeSpan.Zero)
                {
                    time._due[this] = due + _period;
                }
            }
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                time._due.Remove(this);
            }

            _inner!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
