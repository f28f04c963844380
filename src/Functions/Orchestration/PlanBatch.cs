using Drover.Batches;
using Drover.Planning;
using Drover.Stages;

namespace Drover.Functions.Orchestration;

/// <summary>Activity: cuts a batch's input into shards.</summary>
public sealed class PlanBatch(BatchStore store, Planner planner, StagePlanner stages)
{
    [Function(nameof(PlanBatch))]
    public async Task<BatchPlan> RunAsync([ActivityTrigger] string batchId, CancellationToken cancellationToken) =>
        await store.FindAsync(batchId, cancellationToken) is { } spec
            ? stages.Has(spec) ? await stages.PlanAsync(spec, cancellationToken) : await planner.PlanAsync(spec, cancellationToken)
            : new BatchPlan(0, 0, 0, 1, $"Batch '{batchId}' has no spec in storage.");
}
