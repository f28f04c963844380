namespace Drover.Functions.Orchestration;

/// <summary>Raises events for instances that may have ended meanwhile.</summary>
internal static class Events
{
    /// <summary>Raises the event, unless the instance does not run.</summary>
    public static async Task RaiseIfRunningAsync(
        this DurableTaskClient client, string instanceId, string name, object payload, CancellationToken cancellationToken)
    {
        try
        {
            await client.RaiseEventAsync(instanceId, name, payload, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Some backends refuse an event for an instance that does not run (yet, or any more).
            if (await client.GetInstanceAsync(instanceId, getInputsAndOutputs: false, cancellationToken) is { IsCompleted: false })
            {
                throw;
            }
        }
    }
}
