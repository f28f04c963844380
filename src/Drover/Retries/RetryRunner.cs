using Azure;
using Drover.Batches;
using Drover.Outcomes;
using Drover.Shards;
using Drover.Tickets;
using Drover.Upstreams;
using Microsoft.Extensions.Logging;

namespace Drover.Retries;

/// <summary>Tries the tickets that the retry queue delivers, and writes dead letters in the end.</summary>
/// <remarks>
/// A delivery claims its ticket with a conditional write before it runs the shard, so a message that comes twice, late or again
/// after a crash finds the ticket taken, changed or gone. What is done is, as ever, what the outcomes say.
/// </remarks>
public sealed class RetryRunner(
    RetryTickets tickets,
    RetryQueue queue,
    ShardRunner runner,
    BatchStore store,
    UpstreamOptions upstream,
    BatchOptions options,
    TimeProvider time,
    ILogger<RetryRunner> logger)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>Tries a ticket again.</summary>
    /// <param name="deliveryId">The message's id in the queue: delivered again, it may go on with what it has claimed.</param>
    /// <param name="stopping">When it fires nothing more is launched; calls under way are awaited and written.</param>
    /// <returns>What to tell the batch, or null when there is nothing to tell.</returns>
    public async Task<RetryReport?> TryAsync(RetryMessage message, string deliveryId, CancellationToken stopping)
    {
        var claim = await ClaimAsync(message, deliveryId, isPoison: false);
        if (claim.Ticket is not { } ticket)
        {
            return claim.Report;
        }

        var (batchId, shard) = (message.BatchId, message.Shard);
        PassEnd end;
        try
        {
            end = await runner.PassAsync(batchId, shard, options.MaxPasses + ticket.Round, isLast: false, ticket, stopping, ticket.From);
        }
        catch (Exception e) when (e is BrokenBatchException)
        {
            // What is written contradicts itself; trying again would find the same.
            await tickets.WriteAsync(batchId, shard, ticket.GivenBack(), claim.Tag, CancellationToken.None);
            return new RetryReport(shard, Tally.Zero, IsDone: true, e.Message);
        }

        if (end.IsFenced)
        {
            return null; // Whoever took the shard goes on with it.
        }

        var gain = end.Result.Tally - ticket.Counted;
        if (end.Result.IsSettled)
        {
            await tickets.DeleteAsync(batchId, shard, CancellationToken.None);
            return new RetryReport(shard, gain, IsDone: true);
        }

        ticket = Next(ticket.After(end.Open, end.Failed, end.Result.Tally, time.GetUtcNow()), end);
        if (ticket.Ticket is null)
        {
            await tickets.WriteAsync(batchId, shard, ticket, claim.Tag, CancellationToken.None);
            return new RetryReport(shard, gain, IsDone: true, end.Result.StopReason);
        }

        await tickets.QueueAsync(batchId, shard, ticket, claim.Tag, CancellationToken.None);
        ShardLog.Queued(logger, batchId, shard, ticket.Items.Count, ticket.Round, options.MaxRetries, ticket.Due);
        return new RetryReport(shard, gain, IsDone: false);
    }

    /// <summary>
    /// Writes dead letters for what is left of a ticket that has had its last try, each with the reasons of all its tries.
    /// </summary>
    /// <inheritdoc cref="TryAsync"/>
    public async Task<RetryReport?> BuryAsync(RetryMessage message, string deliveryId)
    {
        var claim = await ClaimAsync(message, deliveryId, isPoison: true);
        if (claim.Ticket is not { } ticket)
        {
            return claim.Report;
        }

        if (ticket.Round <= options.MaxRetries)
        {
            // Put here by the host, which could not handle the message (it died, or storage failed, again and again): that was a try.
            var spec = await store.GetAsync(message.BatchId, CancellationToken.None);
            var expiresAt = await store.ExpiresAtAsync(spec, time.GetUtcNow(), CancellationToken.None);
            await tickets.QueueAsync(message.BatchId, message.Shard, NextRound(ticket, expiresAt), claim.Tag, CancellationToken.None);
            return null;
        }

        var tally = await runner.SettleAsync(message.BatchId, message.Shard, id => PendingOutcome.DeadLetter(
            message.BatchId, id, ticket.Items.GetValueOrDefault(id) ?? [], ticket.Paid.GetValueOrDefault(id, Tally.Zero)));
        if (tally is null)
        {
            return null;
        }

        RetryLog.Buried(logger, message.BatchId, message.Shard, ticket.Items.Count);
        await tickets.DeleteAsync(message.BatchId, message.Shard, CancellationToken.None);
        return new RetryReport(message.Shard, tally - ticket.Counted, IsDone: true);
    }

    /// <summary>Has a message delivered again later: nothing is called for its batch here and now.</summary>
    public Task PostponeAsync(RetryMessage message, DateTimeOffset until, CancellationToken cancellationToken) =>
        queue.SendAsync(message, isPoison: false, until, cancellationToken);

    /// <summary>
    /// Leaves a message to another host on the same account; one that nobody has wanted for an hour is dropped, and its batch will find
    /// out.
    /// </summary>
    public Task PassOnAsync(RetryMessage message, bool isPoison, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return now - message.Due > TimeSpan.FromHours(1)
            ? Task.CompletedTask
            : queue.SendAsync(message, isPoison, now + TimeSpan.FromSeconds(1), cancellationToken);
    }

    private async Task<(RetryTicket? Ticket, ETag? Tag, RetryReport? Report)> ClaimAsync(
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

    // Where it goes from here: to the batch, if that must stop or wait for long; else to the queue again.
    private RetryTicket Next(RetryTicket ticket, PassEnd end)
    {
        var (result, now) = (end.Result, time.GetUtcNow());
        if (result.StopReason is not null || (!result.IsWholePass && result.ComeBackAt - now > options.LongestRetry))
        {
            return ticket.GivenBack();
        }

        if (!result.IsWholePass)
        {
            return ticket with { From = result.Next, Due = result.ComeBackAt };
        }

        return NextRound(ticket, end.ExpiresAt);
    }

    private RetryTicket NextRound(RetryTicket ticket, DateTimeOffset expiresAt)
    {
        var round = ticket.Round + 1;
        return ticket with
        {
            Round = round,
            From = 0,
            Due = round > options.MaxRetries ? time.GetUtcNow() : tickets.DueOf(round, expiresAt)
        };
    }
}
