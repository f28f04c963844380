using Azure.Storage.Queues.Models;
using Drover.Tickets;

namespace Drover.Functions.Retries;

/// <summary>
/// Queue <c>drover-retries</c>: tries a ticket of a batch again, items that failed for passing reasons, and tells the batch.
/// </summary>
public sealed class RetryItems(RetryDeliveries deliveries)
{
    [Function(nameof(RetryItems))]
    public Task RunAsync(
        [QueueTrigger(RetryQueue.Name)] QueueMessage delivery, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        deliveries.HandleAsync(delivery, isPoison: false, client, cancellationToken);
}
