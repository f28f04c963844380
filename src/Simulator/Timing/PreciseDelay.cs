namespace Drover.Simulator.Timing;

/// <summary>Waits that end within about a millisecond of their time, thousands of them at once.</summary>
/// <remarks>
/// The runtime's own timers follow a coarse clock that steps by several milliseconds. Here one thread sleeps until the next
/// wait is due. A wait never ends early. With a clock that is not the system's, waits follow that clock.
/// </remarks>
internal sealed class PreciseDelay : IDisposable
{
    private readonly TimeProvider _time;
    private readonly PriorityQueue<TaskCompletionSource, long> _waits = new();
    private readonly Lazy<Thread> _thread;
    private bool _disposed;

    public PreciseDelay(TimeProvider time)
    {
        _time = time;
        _thread = new Lazy<Thread>(() =>
        {
            var thread = new Thread(Run) { IsBackground = true, Name = "simulator delays" };
            thread.Start();
            return thread;
        });
    }

    public Task Wait(TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        if (_time != TimeProvider.System)
        {
            return Task.Delay(delay, _time);
        }

        _ = _thread.Value;
        var wait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var due = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
        lock (_waits)
        {
            if (_disposed)
            {
                return Task.CompletedTask;
            }

            var isFirst = !_waits.TryPeek(out _, out var first) || due < first;
            _waits.Enqueue(wait, due);
            if (isFirst)
            {
                Monitor.Pulse(_waits);
            }
        }

        return wait.Task;
    }

    /// <summary>Ends all waits at once.</summary>
    public void Dispose()
    {
        lock (_waits)
        {
            _disposed = true;
            Monitor.Pulse(_waits);
        }
    }

    private void Run()
    {
        lock (_waits)
        {
            while (!_disposed)
            {
                var now = _time.GetTimestamp();
                while (_waits.TryPeek(out _, out var due) && due <= now)
                {
                    _waits.Dequeue().SetResult();
                }

                Monitor.Wait(_waits, _waits.TryPeek(out _, out var next) ? Milliseconds(next - now) : Timeout.Infinite);
            }

            while (_waits.TryDequeue(out var wait, out _))
            {
                wait.SetResult();
            }
        }
    }

    private int Milliseconds(long ticks) => (int)Math.Min(60_000, Math.Ceiling(ticks * 1000.0 / _time.TimestampFrequency));
}
