using Drover.Batches;
using Drover.Shards;

namespace Drover.Functions.Orchestration;

/// <summary>Activity: compares what was written with what is there, before the batch is closed.</summary>
public sealed class AuditBatch(Auditor auditor)
{
    [Function(nameof(AuditBatch))]
    public async Task<Audit> RunAsync([ActivityTrigger] string batchId, CancellationToken cancellationToken)
    {
        try
        {
            return await auditor.AuditAsync(batchId, cancellationToken);
        }
        catch (Exception e) when (e is BrokenBatchException)
        {
            // What is written contradicts itself; trying again would find the same.
            return new Audit([], Tally.Zero, e.Message);
        }
    }
}
