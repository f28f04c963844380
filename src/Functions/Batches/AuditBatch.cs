using Drover.Batches;

namespace Drover.Functions.Batches;

/// <summary>Activity: compares what was written with what is there, before the batch is closed.</summary>
public sealed class AuditBatch(Auditor auditor)
{
    [Function(nameof(AuditBatch))]
    public Task<Audit> RunAsync([ActivityTrigger] string batchId, CancellationToken cancellationToken) =>
        auditor.AuditAsync(batchId, cancellationToken);
}
