namespace Drover.Functions.Webhooks;

/// <summary>Sends one event, for hours if need be; on its own, so that a batch's end waits for no receiver.</summary>
public static class WebhookOrchestrator
{
    private static readonly TaskOptions Patience = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 12, firstRetryInterval: TimeSpan.FromSeconds(10), backoffCoefficient: 3,
        maxRetryInterval: TimeSpan.FromHours(4)));

    [Function(nameof(WebhookOrchestrator))]
    public static Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, BatchEvent batchEvent) =>
        context.CallActivityAsync(nameof(SendWebhook), batchEvent, Patience);
}
