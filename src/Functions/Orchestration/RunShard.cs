using Drover.Batches;
using Drover.Shards;

namespace Drover.Functions.Orchestration;

/// <summary>Activity: runs one pass over one shard.</summary>
public sealed class RunShard(ShardRunner runner, BatchAdmission admission)
{
    [Function(nameof(RunShard))]
    public async Task<PassResult> RunAsync([ActivityTrigger] ShardRun run, CancellationToken cancellationToken)
    {
        try
        {
            return await admission.DeferAsync(run.BatchId, run.Shard, run.From, cancellationToken)
                ?? await runner.RunAsync(run.BatchId, run.Shard, run.Pass, cancellationToken, run.From);
        }
        catch (Exception e) when (e is BrokenBatchException)
        {
            // What is written contradicts itself; trying again would find the same.
            return new PassResult(false, Tally.Zero, 0, default, false, run.From, e.Message);
        }
    }
}
