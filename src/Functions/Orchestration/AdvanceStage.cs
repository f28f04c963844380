using Drover.Batches;
using Drover.Stages;

namespace Drover.Functions.Orchestration;

/// <summary>Activity: takes what a stage has brought, and writes the next one.</summary>
public sealed class AdvanceStage(BatchStore store, StageRunner stages)
{
    [Function(nameof(AdvanceStage))]
    public async Task<StageAdvance> RunAsync([ActivityTrigger] StageRun run, CancellationToken cancellationToken) =>
        await stages.AdvanceAsync(await store.GetAsync(run.BatchId, cancellationToken), run.Stage, run.Closing, cancellationToken);
}
