using Drover.Functions.Orchestration;
using Drover.Uploads;

namespace Drover.Functions.Uploads;

/// <summary>Makes batches of uploaded images: waits while more keep coming, then takes up to five hundred at once.</summary>
/// <remarks>
/// There is one instance, for as long as images wait. A burst of uploads is a batch or two, however many triggers it fires.
/// </remarks>
public static class ImageGatherOrchestrator
{
    private const int MostLooks = 12;

    [Function(nameof(ImageGatherOrchestrator))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var before = 0;
        for (var look = 1; look <= MostLooks; look++)
        {
            var gathering = new Gathering($"images-{context.NewGuid():N}", before, look == MostLooks);
            var gathered = await context.CallActivityAsync<Gathered>(nameof(GatherImages), gathering, ActivityRetries.Storage);
            if (gathered.IsTaken)
            {
                await context.CallActivityAsync(nameof(StartImageBatch), gathering.BatchId, ActivityRetries.Storage);
                context.ContinueAsNew(); // For what came meanwhile.
                return;
            }

            if (gathered.Images == 0)
            {
                return;
            }

            before = gathered.Images;
            await context.CreateTimer(gathered.Wait, CancellationToken.None);
        }
    }
}
