using Drover.Functions.Orchestration;

namespace Drover.Functions.Uploads;

/// <summary>Writes the results of uploaded images as they come, soon at first and then less often, until their batch has ended.</summary>
public static class ImageResultOrchestrator
{
    private const int LooksPerGeneration = 50;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    [Function(nameof(ImageResultOrchestrator))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, ImageResultRun run)
    {
        var wait = run.Done.Count == 0 ? ShortestWait : LongestWait;
        for (var look = 0; look < LooksPerGeneration; look++)
        {
            run = await context.CallActivityAsync<ImageResultRun>(nameof(WriteImageResults), run, ActivityRetries.Storage);
            if (run.IsOver)
            {
                return;
            }

            await context.CreateTimer(wait, CancellationToken.None);
            wait = wait * 1.5 < LongestWait ? wait * 1.5 : LongestWait;
        }

        context.ContinueAsNew(run);
    }
}
