using System.Text.Json;
using Azure;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Throttling;

/// <summary>
/// Grants leave to call an upstream: at most so many calls at once, so many requests and so many tokens per minute, evenly
/// spaced, first come first served, and none before the time that the upstream last asked for. All processes that share the
/// ledger keep to the limits together.
/// </summary>
/// <remarks>
/// One per upstream and process; every batch shares it. A call that waits to be tried again holds no permit. Calls cost no
/// storage access: leases are renewed about twice a second while there is something to do. When storage is away nothing is
/// granted beyond the lease.
/// </remarks>
public sealed class Throttle : IAsyncDisposable
{
    private const long Never = long.MaxValue;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(4);

    private readonly Lock _lock = new();
    private readonly ThrottleLimits _limits;
    private readonly LimitsLedger? _ledger;
    private readonly ILogger _logger;
    private readonly SharedClock _clock;
    private readonly ITimer _timer;
    private readonly LimitsShare _share;
    private readonly Queue<Waiter> _awaited = new();
    private readonly Queue<Waiter> _waiting = new();
    private LimitsDocument _own = new();
    private Task _renewal = Task.CompletedTask;
    private TimeSpan _retryIn = FirstRetry;
    private long _retryAt;
    private long _timerAt = Never;
    private string? _trouble;
    private bool _disposed;

    /// <param name="limits">What the upstream allows.</param>
    /// <param name="ledger">What the processes share; null when there is only this one.</param>
    /// <param name="logger">Where it says that storage is away.</param>
    public Throttle(ThrottleLimits limits, TimeProvider time, LimitsLedger? ledger = null, ILogger<Throttle>? logger = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.Concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(limits.RequestsPerMinute);
        ArgumentOutOfRangeException.ThrowIfNegative(limits.TokensPerMinute);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MinimumSpacing, TimeSpan.Zero);
        (_limits, _ledger, _logger) = (limits, ledger, logger ?? NullLogger<Throttle>.Instance);
        _clock = ledger?.Clock ?? new SharedClock(time);
        _share = new LimitsShare(Guid.NewGuid().ToString("N")[..12], limits, isShared: ledger is not null);
        _timer = time.CreateTimer(static state => ((Throttle)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The most calls at once, of all processes together.</summary>
    public int Concurrency => _limits.Concurrency;

    /// <summary>The permits that are out.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _share.InFlight;
            }
        }
    }

    /// <summary>How much longer nothing is granted because the upstream asked for it; zero when it does not.</summary>
    public TimeSpan PausedFor
    {
        get
        {
            lock (_lock)
            {
                var left = _share.PausedUntil - _clock.Now;
                return left > 0 ? TimeSpan.FromTicks(left) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>How the throttle stands now.</summary>
    public ThrottleState State
    {
        get
        {
            lock (_lock)
            {
                var document = _share.Lease?.Document ?? _own;
                var (requests, tokens) = (document.RequestsPerMinute(_limits), document.TokensPerMinute(_limits));
                return new ThrottleState(_limits)
                {
                    InFlight = _share.InFlight,
                    Share = _share.Cap,
                    Processes = Math.Max(1, document.Holders.Count),
                    RequestsPerMinute = requests > 0 ? requests : null,
                    TokensPerMinute = tokens > 0 ? tokens : null,
                    Factor = document.Adaptation.Factor,
                    PausedUntil = _share.PausedUntil > _clock.Now ? new DateTimeOffset(_share.PausedUntil, TimeSpan.Zero) : null,
                    Trouble = _trouble,
                };
            }
        }
    }

    /// <summary>
    /// Grants nothing for that long, in any process: the upstream said Retry-After. A longer pause that is set already stays.
    /// </summary>
    public void PauseFor(TimeSpan delay)
    {
        lock (_lock)
        {
            _share.PauseUntil(_clock.Now + delay.Ticks);
            Pump();
        }
    }

    /// <summary>Waits for leave to make one call.</summary>
    /// <param name="tokens">An estimate of the tokens that the call will use, prompt and completion together; 0 when there is none.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="isAwaited">
    /// Whether somebody waits for the answer. Such calls go before those of batches, and at once where the upstream's headers say that so
    /// many are left.
    /// </param>
    /// <exception cref="OperationCanceledException">The token fired first; no request was counted.</exception>
    public async ValueTask<Permit> AcquireAsync(long tokens, CancellationToken cancellationToken, bool isAwaited = false)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter(tokens, isAwaited);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            (isAwaited ? _awaited : _waiting).Enqueue(waiter);
            Pump();
        }

        if (waiter.Task.IsCompletedSuccessfully)
        {
            return waiter.Task.Result;
        }

        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((Waiter)state!).TrySetCanceled(token), waiter);
        return await waiter.Task;
    }

    /// <summary>Gives this process's shares back.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_awaited.TryDequeue(out var waiter) || _waiting.TryDequeue(out waiter))
            {
                waiter.TrySetException(new ObjectDisposedException(nameof(Throttle)));
            }
        }

        await _timer.DisposeAsync();
        await _renewal;
        if (_ledger is not null && _share.Lease is not null && _trouble is null && _share.InFlight == 0)
        {
            await TryExchangeAsync(
                _share.Request(isAwaited: false, _clock.Now) with { Wanted = 0, InFlight = 0, Requests = default, Tokens = default });
        }
    }

    internal void Learn(Permit permit, CallFeedback feedback)
    {
        lock (_lock)
        {
            _share.Learn(permit.Launched, permit.Estimate, permit.Tokens, feedback, _clock.Now);
            Pump();
        }
    }

    internal void Release(Permit permit)
    {
        lock (_lock)
        {
            _share.Release(permit.Tokens);
            Pump();
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _timerAt = Never;
            Pump();
        }
    }

    // Grants what may be granted, renews the lease when it is time, and sets the timer for what comes next.
    private void Pump()
    {
        while (!_disposed)
        {
            var now = _clock.Now;
            var wakeAt = Grant(now);
            var askAt = _share.AskAt(IsAnyWaiting, now);
            if (askAt <= now && _ledger is null)
            {
                var request = _share.Request(IsAnyWaiting, now);
                (_own, var lease) = LimitsExchange.Apply(_own, request, _limits, new DateTimeOffset(now, TimeSpan.Zero));
                _share.Apply(request, lease, now);
                continue;
            }

            if (!_renewal.IsCompleted)
            {
                askAt = Never; // It pumps when it is done.
            }
            else if (askAt <= now && now >= _retryAt)
            {
                _renewal = RenewAsync(_share.Request(IsAnyWaiting, now));
                askAt = Never;
            }

            WakeAt(Math.Min(wakeAt, Math.Max(askAt, _retryAt)), now);
            return;
        }
    }

    private long Grant(long now)
    {
        while (TryPeekLive(out var waiter))
        {
            waiter.Counted = waiter.Counted > 0 ? waiter.Counted : _share.TokensFor(waiter.Tokens);
            var wait = _share.WaitFor(waiter.Counted, now, waiter.IsAwaited);
            if (wait is not 0)
            {
                return wait is { } ticks and not LimitsShare.UntilRelease ? now + ticks : Never;
            }

            (waiter.IsAwaited ? _awaited : _waiting).Dequeue();
            var launched = _share.Launch(waiter.Counted);
            if (!waiter.TrySetResult(new Permit(this, waiter.Tokens, waiter.Counted, launched)))
            {
                _share.Release(waiter.Counted);
            }
        }

        return Never;
    }

    private bool TryPeekLive(out Waiter waiter)
    {
        while (_awaited.TryPeek(out waiter!) || _waiting.TryPeek(out waiter!))
        {
            if (!waiter.Task.IsCompleted)
            {
                return true;
            }

            (waiter.IsAwaited ? _awaited : _waiting).Dequeue();
        }

        return false;
    }

    private async Task RenewAsync(LeaseRequest request)
    {
        await Task.Yield(); // Whoever asks for a permit does not wait for storage.
        var lease = await TryExchangeAsync(request);
        lock (_lock)
        {
            if (lease is not null)
            {
                _share.Apply(request, lease, _clock.Now);
                (_retryIn, _retryAt) = (FirstRetry, 0);
            }
            else
            {
                _retryAt = _clock.Now + _retryIn.Ticks;
                _retryIn = _retryIn * 2 < LongestRetry ? _retryIn * 2 : LongestRetry;
            }

            _renewal = Task.CompletedTask;
            Pump();
        }
    }

    private async Task<Lease?> TryExchangeAsync(LeaseRequest request)
    {
        try
        {
            var lease = await _ledger!.ExchangeAsync(request, _limits);
            if (_trouble is not null)
            {
                _trouble = null;
                ThrottlingLog.LedgerIsBack(_logger);
            }

            return lease;
        }
        catch (Exception e) when (e is RequestFailedException or OperationCanceledException or AggregateException or JsonException)
        {
            if (_trouble is null)
            {
                ThrottlingLog.LedgerIsAway(_logger, e.Message.Split('\n')[0].Trim());
            }

            _trouble = e is JsonException
                ? $"The blob {_ledger!.Name} with the shared limits cannot be read; delete it."
                : "Storage does not answer, so the shared limits cannot be leased; nothing is launched beyond the last lease.";
            return null;
        }
    }

    // A timer may fire a little early; never ask for less than a millisecond. One that fires too early does no harm.
    private void WakeAt(long at, long now)
    {
        if (at != Never && at < _timerAt)
        {
            _timerAt = at;
            _timer.Change(
                TimeSpan.FromTicks(Math.Clamp(at - now, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerHour)), Timeout.InfiniteTimeSpan);
        }
    }

    private bool IsAnyWaiting => _awaited.Count > 0 || _waiting.Count > 0;

    private sealed class Waiter(long tokens, bool isAwaited)
        : TaskCompletionSource<Permit>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Tokens => tokens;

        public bool IsAwaited => isAwaited;

        /// <summary>What is counted for it, settled when its turn comes, so that its turn stays the same while it waits.</summary>
        public long Counted { get; set; }
    }
}
