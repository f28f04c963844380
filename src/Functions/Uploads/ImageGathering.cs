namespace Drover.Functions.Uploads;

/// <summary>The one instance that gathers uploaded images.</summary>
internal static class ImageGathering
{
    private const string InstanceId = "image-gathering";

    /// <summary>Starts it unless it runs.</summary>
    public static async Task EnsureAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (await RunsAsync(client, cancellationToken))
        {
            return;
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(ImageGatherOrchestrator), null, new StartOrchestrationOptions(InstanceId: InstanceId), cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Another upload may have been quicker.
            if (!await RunsAsync(client, cancellationToken))
            {
                throw;
            }
        }
    }

    private static async Task<bool> RunsAsync(DurableTaskClient client, CancellationToken cancellationToken) =>
        await client.GetInstanceAsync(InstanceId, getInputsAndOutputs: false, cancellationToken) is { IsCompleted: false };
}
