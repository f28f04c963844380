using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Drover.Storage;

namespace Drover.Tickets;

/// <summary>The queue of tickets that wait for another try, and that of those that had their last.</summary>
/// <param name="service">The account whose queues trigger the functions; messages are Base64, as the Functions host wants them.</param>
/// <param name="blobs">The container that messages are for.</param>
public sealed class RetryQueue(QueueServiceClient service, ContainerLayout blobs, TimeProvider time)
{
    /// <summary>Tickets that wait for another try.</summary>
    public const string Name = "drover-retries";

    /// <summary>Tickets that had their last try; the Functions host puts messages here too that it could not have handled.</summary>
    public const string PoisonName = Name + "-poison";

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(6); // The service's limit is seven.

    /// <summary>Whether a message is for this host's container.</summary>
    public bool IsOurs(RetryMessage message) => message.Container == blobs.Container.Name;

    /// <summary>Has a message delivered again later: nothing is called for its batch here and now.</summary>
    public Task PostponeAsync(RetryMessage message, DateTimeOffset until, CancellationToken cancellationToken) =>
        SendAsync(message, isPoison: false, until, cancellationToken);

    /// <summary>
    /// Leaves a message to another host on the same account; one that nobody has wanted for an hour is dropped, and its batch will find
    /// out.
    /// </summary>
    public Task PassOnAsync(RetryMessage message, bool isPoison, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return now - message.Due > TimeSpan.FromHours(1)
            ? Task.CompletedTask
            : SendAsync(message, isPoison, now + TimeSpan.FromSeconds(1), cancellationToken);
    }

    /// <summary>A message for a ticket as it is now.</summary>
    internal RetryMessage MessageFor(string batchId, int shard, RetryTicket ticket) =>
        new(blobs.Container.Name, batchId, shard, ticket.Ticket!, ticket.Due);

    /// <summary>Sends a message, to be seen at <paramref name="at"/>.</summary>
    internal async Task SendAsync(RetryMessage message, bool isPoison, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var queue = service.GetQueueClient(isPoison ? PoisonName : Name);
        var delay = TimeSpan.FromSeconds(Math.Ceiling(Math.Clamp((at - time.GetUtcNow()).TotalSeconds, 0, LongestDelay.TotalSeconds)));
        try
        {
            await queue.SendMessageAsync(message.ToBody(), delay, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await queue.SendMessageAsync(message.ToBody(), delay, cancellationToken: cancellationToken);
        }
    }
}
