using Drover.Retries;

namespace Drover.Functions.Orchestration;

/// <summary>Activity: takes back errors of a batch that is run again.</summary>
public sealed class ReopenBatch(Reopener reopener)
{
    [Function(nameof(ReopenBatch))]
    public Task RunAsync([ActivityTrigger] Reopening reopening, CancellationToken cancellationToken) =>
        reopener.ReopenAsync(reopening.BatchId, reopening.Codes, cancellationToken);
}
