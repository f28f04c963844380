using Drover.Batches;
using Drover.Functions.Batches;
using Drover.Uploads;

namespace Drover.Functions.Uploads;

/// <summary>Activity: writes the outcomes of uploaded images that are new, and starts their batch again when it was stopped.</summary>
/// <remarks>
/// Nobody waits for such a batch who could start it again when the key is mended, so it is tried again, for a day at the most.
/// </remarks>
public sealed class WriteImageResults(ImageResults results, BatchStore store, BatchStarter starter)
{
    private const int MostRestarts = 720;

    [Function(nameof(WriteImageResults))]
    public async Task<ImageResultRun> RunAsync(
        [ActivityTrigger] ImageResultRun run, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        // How it ended first: outcomes that come after are read after.
        var final = await store.FindFinalAsync(run.BatchId, cancellationToken);
        run = run with { Done = await results.WriteAsync(run.BatchId, run.Done, cancellationToken) };
        return final?.Status is not BatchStatus.Stopped
            ? run with { IsOver = final is not null }
            : run.Restarts == MostRestarts
                ? run with { IsOver = true }
                : run with { Restarts = run.Restarts + (await starter.StartAsync(client, run.BatchId, cancellationToken) ? 1 : 0) };
    }
}
