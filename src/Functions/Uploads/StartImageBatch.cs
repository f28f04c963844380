using Drover.Functions.Batches;

namespace Drover.Functions.Uploads;

/// <summary>Activity: starts a batch of uploaded images, and what writes its results.</summary>
public sealed class StartImageBatch(BatchStarter starter)
{
    [Function(nameof(StartImageBatch))]
    public async Task RunAsync(
        [ActivityTrigger] string batchId, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        await starter.StartAsync(client, batchId, cancellationToken);
        var instanceId = $"{batchId}-results";
        if (await client.GetInstanceAsync(instanceId, getInputsAndOutputs: false, cancellationToken) is null)
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(ImageResultOrchestrator), new ImageResultRun(batchId), new StartOrchestrationOptions(InstanceId: instanceId),
                cancellationToken);
        }
    }
}
