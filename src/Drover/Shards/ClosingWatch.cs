using Drover.Batches;
using Drover.Outcomes;
using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Shards;

/// <summary>Watches during a pass whether its batch is being closed: cancelled, or expired.</summary>
internal sealed class ClosingWatch(
    BatchSpec spec, BatchStore store, PassVerdict verdict, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _finished = new();
    private Task _watching = Task.CompletedTask;
    private volatile string? _closing;

    /// <summary>When items without an outcome expire.</summary>
    public DateTimeOffset ExpiresAt { get; private set; } = spec.ExpiresAt;

    /// <summary>Why the batch is being closed; null: it is not.</summary>
    public string? Closing => _closing;

    /// <summary>Looks a first time, and goes on looking until it is disposed.</summary>
    public async Task BeginAsync()
    {
        ExpiresAt = await store.ExpiresAtAsync(spec, time.GetUtcNow(), CancellationToken.None);
        _closing = IsExpired ? BatchStatus.Expired : await store.ClosingAsync(spec.Id, CancellationToken.None);
        _watching = WatchAsync(_finished.Token);
    }

    /// <summary>Ends the watch; what it saw by then stays.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_finished.IsCancellationRequested)
        {
            await _finished.CancelAsync();
            await _watching;
        }
    }

    private bool IsExpired => time.GetUtcNow() >= ExpiresAt;

    private async Task WatchAsync(CancellationToken finished)
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, time);
            while (_closing is null && await timer.WaitForNextTickAsync(finished))
            {
                verdict.StopIfPaused();
                _closing = IsExpired ? BatchStatus.Expired : await TryReadAsync(finished);
            }

            verdict.StopLaunching();
        }
        catch (OperationCanceledException) when (finished.IsCancellationRequested)
        {
            // The pass is over.
        }
    }

    private async Task<string?> TryReadAsync(CancellationToken finished)
    {
        try
        {
            return await store.ClosingAsync(spec.Id, finished);
        }
        catch (Exception e) when (StorageFailures.IsPassing(e) && !finished.IsCancellationRequested)
        {
            SpoolLog.StorageAway(logger, e.GetType().Name);
            return null; // Asked again at the next tick.
        }
    }
}
