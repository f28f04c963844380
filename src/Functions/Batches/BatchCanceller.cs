using Drover.Batches;
using Drover.Functions.Orchestration;

namespace Drover.Functions.Batches;

/// <summary>Asks a batch to close early.</summary>
public sealed class BatchCanceller(BatchStore store, BatchViews views, BatchStarter starter)
{
    /// <summary>Cancels a batch, wherever it runs.</summary>
    /// <returns>The batch as it stands now, null when there is none; and why it cannot be cancelled, if it cannot.</returns>
    public async Task<(BatchView? View, string? Refusal)> CancelAsync(
        DurableTaskClient client, string batchId, CancellationToken cancellationToken)
    {
        if (!BatchSpec.IsId(batchId) || await views.FindAsync(client, batchId, cancellationToken) is not { } view)
        {
            return (null, null);
        }

        if (view.Status is BatchStatus.Cancelled or BatchStatus.Cancelling)
        {
            return (view, null);
        }

        if (view.HasEnded && view.Status != BatchStatus.Stopped)
        {
            return (view, $"Cannot cancel a batch with status '{view.Status}'.");
        }

        // The mark first: runs look for it. The event then wakes what sleeps.
        await store.CloseAsync(batchId, BatchStatus.Cancelled, cancellationToken);
        if (view.Status == BatchStatus.Stopped)
        {
            await starter.StartAsync(client, batchId, cancellationToken); // It goes on once more, to be closed.
        }

        await client.RaiseIfRunningAsync(batchId, BatchOrchestrator.CloseEvent, BatchStatus.Cancelled, cancellationToken);
        return (view with { Status = BatchStatus.Cancelling, CancellingAt = await store.ClosingAtAsync(batchId, cancellationToken) }, null);
    }
}
