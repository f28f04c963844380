using Azure;
using Drover.Batches;
using Drover.Tickets;
using Drover.Upstreams;

namespace Drover.Retries;

/// <summary>Takes the ticket of a message for one delivery alone.</summary>
/// <remarks>
/// The claim is a conditional write that goes before the shard is run, so a message that comes twice, late or again after a crash finds
/// the ticket taken, changed or gone.
/// </remarks>
public sealed class TicketClaims(
    RetryTickets tickets, RetryQueue queue, BatchStore store, UpstreamOptions upstream, BatchOptions options, TimeProvider time)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>Takes the ticket; without one, there may be something to tell the batch.</summary>
    /// <remarks>While another delivery holds the ticket, the message is sent again for later.</remarks>
    internal async Task<(RetryTicket? Ticket, ETag? Tag, RetryReport? Report)> TakeAsync(
        RetryMessage message, string deliveryId, bool isPoison)
    {
        if (await store.FindAsync(message.BatchId, CancellationToken.None) is null
            || await tickets.FindAsync(message.BatchId, message.Shard, CancellationToken.None) is not var (ticket, tag)
            || ticket.Ticket != message.Ticket)
        {
            // It may have been tried, and the host died before it could say so.
            return (null, null, new RetryReport(message.Shard, Tally.Zero, IsDone: true));
        }

        var now = time.GetUtcNow();
        if (ticket.ClaimedBy is not null && ticket.ClaimedBy != deliveryId && ticket.Due > now)
        {
            await queue.SendAsync(message, isPoison, ticket.Due, CancellationToken.None);
            return default;
        }

        ticket = ticket with { ClaimedBy = deliveryId, Due = now + options.PassSlice + upstream.CallTimeout + Margin };
        if (await tickets.WriteAsync(message.BatchId, message.Shard, ticket, tag, CancellationToken.None) is { } claimed)
        {
            return (ticket, claimed, null);
        }

        await queue.SendAsync(message, isPoison, now, CancellationToken.None);
        return default;
    }
}
