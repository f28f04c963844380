using Drover.Batches;

namespace Drover.Functions.Batches;

/// <summary>
/// Timer, once an hour: removes the histories of orchestrations that have ended and are older than
/// <see cref="BatchOptions.HistoryRetention"/>.
/// </summary>
/// <remarks>Nothing of a batch is lost: its final record and its outcomes lie in storage.</remarks>
public sealed class PurgeHistory(BatchOptions options, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly OrchestrationRuntimeStatus[] Ended =
        [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated];

    [Function(nameof(PurgeHistory))]
    public Task RunAsync(
        [TimerTrigger("0 47 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var filter = new PurgeInstancesFilter(
            CreatedTo: time.GetUtcNow() - options.HistoryRetention, Statuses: Ended)
        { Timeout = Patience };
        return client.PurgeAllInstancesAsync(filter, cancellationToken);
    }
}
