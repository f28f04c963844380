namespace Drover.Throttling;

/// <summary>
/// Grants leave to call an upstream: at most so many calls at once, at most so many per minute, evenly spaced, first come
/// first served, and none before the time that the upstream last asked for.
/// </summary>
/// <remarks>One per upstream and process; every batch shares it. A call that waits to be tried again holds no permit.</remarks>
public sealed class Throttle : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Pacer _pacer;
    private readonly ThrottleLimits _limits;
    private readonly Queue<TaskCompletionSource<Permit>> _waiting = new();
    private long _pausedUntil;
    private int _inFlight;

    /// <param name="limits">What the upstream allows.</param>
    /// <param name="time">The clock.</param>
    public Throttle(ThrottleLimits limits, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.Concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(limits.RequestsPerMinute);
        ArgumentOutOfRangeException.ThrowIfNegative(limits.TokensPerMinute);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MinimumSpacing, TimeSpan.Zero);
        (_limits, _time) = (limits, time);
        _pacer = new Pacer(limits.RequestsPerMinute);
        _timer = time.CreateTimer(static state => ((Throttle)state!).Grant(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The most calls at once.</summary>
    public int Concurrency => _limits.Concurrency;

    /// <summary>The permits that are out.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>How much longer nothing is granted because the upstream asked for it; zero when it does not.</summary>
    public TimeSpan PausedFor
    {
        get
        {
            lock (_lock)
            {
                var left = _pausedUntil - _time.GetUtcNow().Ticks;
                return left > 0 ? TimeSpan.FromTicks(left) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>How the throttle stands now.</summary>
    public ThrottleState State => new(_limits)
    {
        InFlight = InFlight,
        Share = _limits.Concurrency,
        RequestsPerMinute = _limits.RequestsPerMinute > 0 ? _limits.RequestsPerMinute : null,
        TokensPerMinute = _limits.TokensPerMinute > 0 ? _limits.TokensPerMinute : null,
        PausedUntil = PausedFor is var pause && pause > TimeSpan.Zero ? _time.GetUtcNow() + pause : null,
    };

    /// <summary>Grants nothing for that long: the upstream said Retry-After. A longer pause that is set already stays.</summary>
    public void PauseFor(TimeSpan delay)
    {
        lock (_lock)
        {
            _pausedUntil = Math.Max(_pausedUntil, (_time.GetUtcNow() + delay).Ticks);
        }
    }

    /// <summary>Waits for leave to make one call.</summary>
    /// <param name="tokens">An estimate of the tokens that the call will use, prompt and completion together; 0 when there is none.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException">The token fired first; no request was counted.</exception>
    public async ValueTask<Permit> AcquireAsync(long tokens, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new TaskCompletionSource<Permit>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Enqueue(waiter);
            GrantLocked();
        }

        if (waiter.Task.IsCompletedSuccessfully)
        {
            return waiter.Task.Result;
        }

        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource<Permit>)state!).TrySetCanceled(token), waiter);
        return await waiter.Task;
    }

    /// <summary>Gives this process's shares back.</summary>
    public async ValueTask DisposeAsync() => await _timer.DisposeAsync();

    internal void Learn(Permit permit, CallFeedback feedback)
    {
        if (feedback is { Status: 429 or 503, RetryAfter: { } pause })
        {
            PauseFor(pause);
        }
    }

    internal void Release()
    {
        lock (_lock)
        {
            _inFlight--;
            GrantLocked();
        }
    }

    private void Grant()
    {
        lock (_lock)
        {
            GrantLocked();
        }
    }

    private void GrantLocked()
    {
        while (_inFlight < _limits.Concurrency && TryPeekLive(out var waiter))
        {
            var now = _time.GetUtcNow().Ticks;
            if (_pausedUntil > now)
            {
                WakeIn(TimeSpan.FromTicks(_pausedUntil - now));
                return;
            }

            if (!_pacer.TryTake(now, out var wait))
            {
                WakeIn(wait);
                return;
            }

            _waiting.Dequeue();
            _inFlight++;
            if (!waiter.TrySetResult(new Permit(this, 0)))
            {
                _inFlight--;
            }
        }
    }

    private bool TryPeekLive(out TaskCompletionSource<Permit> waiter)
    {
        while (_waiting.TryPeek(out waiter!))
        {
            if (!waiter.Task.IsCompleted)
            {
                return true;
            }

            _waiting.Dequeue();
        }

        return false;
    }

    // A timer may fire a little early; never ask for less than a millisecond.
    private void WakeIn(TimeSpan wait) =>
        _timer.Change(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, Timeout.InfiniteTimeSpan);
}
