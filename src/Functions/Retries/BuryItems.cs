using Azure.Storage.Queues.Models;
using Drover.Tickets;

namespace Drover.Functions.Retries;

/// <summary>Queue <c>drover-retries-poison</c>: writes what is left of a ticket as dead letters, and tells the batch.</summary>
public sealed class BuryItems(RetryDeliveries deliveries)
{
    [Function(nameof(BuryItems))]
    public Task RunAsync(
        [QueueTrigger(RetryQueue.PoisonName)] QueueMessage delivery, [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        deliveries.HandleAsync(delivery, isPoison: true, client, cancellationToken);
}
