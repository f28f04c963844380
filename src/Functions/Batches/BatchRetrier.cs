using Drover.Batches;
using Drover.Stages;

namespace Drover.Functions.Batches;

/// <summary>Runs what failed in a batch that has ended again.</summary>
public sealed class BatchRetrier(BatchStore store, BatchViews views, BatchStarter starter, StagePlanner stages)
{
    private const int MostCodes = 20;
    private const int LongestCode = 100;

    /// <summary>
    /// Runs the items again whose outcome is an error, all or by its code; results are kept, and nothing of them is paid again.
    /// </summary>
    /// <param name="client">Of the orchestrations.</param>
    /// <param name="codes">Codes of errors: those of <c>error</c>, the upstream's own, or HTTP statuses. None: all errors.</param>
    /// <param name="moveUpstream">Whether it goes on with the upstream of now although it began with another.</param>
    /// <returns>The batch as it stands now, null when there is none; and why it cannot be tried again, if it cannot.</returns>
    public async Task<(BatchView? View, string? Refusal)> RetryAsync(
        DurableTaskClient client, string batchId, IReadOnlyList<string> codes, CancellationToken cancellationToken,
        bool moveUpstream = false)
    {
        if (!BatchSpec.IsId(batchId) || await views.FindAsync(client, batchId, cancellationToken) is not { } view)
        {
            return (null, null);
        }

        if (codes.Count > MostCodes || codes.Any(c => c.Length is 0 or > LongestCode))
        {
            return (view, $"There may be up to {MostCodes} codes, of 1 to {LongestCode} characters each.");
        }

        if (!view.HasEnded)
        {
            return (view, $"Cannot retry a batch with status '{view.Status}'; what fails for a passing reason is tried again by itself.");
        }

        if (stages.Has(await store.GetAsync(batchId, cancellationToken)))
        {
            return (
                view,
                $"Cannot retry a batch of the recipe '{view.Recipe}', whose items go through several stages; give those that failed to a new batch.");
        }

        if (view.Counts.Failed - view.Counts.Invalid + view.Counts.Unrun + view.Counts.Remaining == 0)
        {
            return (view, null); // All that can have a result has one.
        }

        try
        {
            await starter.ReopenAsync(client, batchId, codes, cancellationToken, moveUpstream);
        }
        catch (BatchRefusedException e)
        {
            return (view, e.Message);
        }

        return (view with { Status = BatchStatus.InProgress, Reason = null, Code = null, EndedAt = null, FinalizingAt = null }, null);
    }
}
