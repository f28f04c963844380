using Drover.Batches;

namespace Drover.Functions.Batches;

/// <summary>Activity: cuts a batch's input into shards.</summary>
public sealed class PlanBatch(BatchStore store, Planner planner)
{
    [Function(nameof(PlanBatch))]
    public async Task<BatchPlan> RunAsync([ActivityTrigger] string batchId, CancellationToken cancellationToken) =>
        await planner.PlanAsync(await store.GetAsync(batchId, cancellationToken), cancellationToken);
}
