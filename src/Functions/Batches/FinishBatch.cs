using Drover.Batches;

namespace Drover.Functions.Batches;

/// <summary>Activity: writes a batch's final record, with the counts that storage holds.</summary>
public sealed class FinishBatch(BatchStore store, Auditor auditor, TimeProvider time)
{
    [Function(nameof(FinishBatch))]
    public async Task<FinalRecord> RunAsync([ActivityTrigger] Ending ending, CancellationToken cancellationToken)
    {
        var tally = ending.Plan.Problem is null ? await auditor.CountAsync(ending.BatchId, cancellationToken) : Tally.Zero;
        var record = new FinalRecord(ending.Status, ending.Reason, ending.Plan.Items, ending.Plan.Invalid, tally, time.GetUtcNow());
        await store.WriteFinalAsync(ending.BatchId, record, cancellationToken);
        return record;
    }
}
