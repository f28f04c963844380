using Drover.Batches;
using Drover.Outcomes;
using Drover.Shards;
using Drover.Tickets;
using Microsoft.Extensions.Logging;

namespace Drover.Retries;

/// <summary>Tries the tickets that the retry queue delivers, and writes dead letters in the end.</summary>
/// <remarks>What is done is, as ever, what the outcomes say.</remarks>
public sealed class RetryRunner(
    TicketClaims claims,
    RetryTickets tickets,
    ShardRunner runner,
    BatchStore store,
    BatchOptions options,
    TimeProvider time,
    ILogger<RetryRunner> logger)
{
    /// <summary>Tries a ticket again.</summary>
    /// <param name="deliveryId">The message's id in the queue: delivered again, it may go on with what it has claimed.</param>
    /// <param name="stopping">When it fires nothing more is launched; calls under way are awaited and written.</param>
    /// <returns>What to tell the batch, or null when there is nothing to tell.</returns>
    public async Task<RetryReport?> TryAsync(RetryMessage message, string deliveryId, CancellationToken stopping)
    {
        var claim = await claims.TakeAsync(message, deliveryId, isPoison: false);
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
        var claim = await claims.TakeAsync(message, deliveryId, isPoison: true);
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
