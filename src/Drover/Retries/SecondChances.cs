using Azure;
using Drover.Batches;
using Drover.Outcomes;
using Drover.Shards;
using Drover.Tickets;
using Drover.Upstreams;
using Microsoft.Extensions.Logging;

namespace Drover.Retries;

/// <summary>Tries the slices that the retry queue delivers, and writes dead letters in the end.</summary>
/// <remarks>
/// A delivery claims its slice with a conditional write before it runs the shard, so a message that comes twice, late or again
/// after a crash finds the slice taken, changed or gone. What is done is, as ever, what the outcomes say.
/// </remarks>
public sealed class SecondChances(
    RetrySlices slices,
    RetryQueue queue,
    ShardRunner runner,
    BatchStore store,
    UpstreamOptions upstream,
    BatchOptions options,
    TimeProvider time,
    ILogger<SecondChances> logger)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>Tries a slice again.</summary>
    /// <param name="message">The message.</param>
    /// <param name="deliveryId">The message's id in the queue: delivered again, it may go on with what it has claimed.</param>
    /// <param name="stopping">When it fires nothing more is launched; calls under way are awaited and written.</param>
    /// <returns>What to tell the batch, or null when there is nothing to tell.</returns>
    public async Task<RetryReport?> TryAsync(RetryMessage message, string deliveryId, CancellationToken stopping)
    {
        var claim = await ClaimAsync(message, deliveryId, isPoison: false);
        if (claim.Slice is not { } slice)
        {
            return claim.Report;
        }

        var (batchId, shard) = (message.BatchId, message.Shard);
        PassEnd end;
        try
        {
            end = await runner.PassAsync(batchId, shard, options.MaxPasses + slice.Round, isLast: false, slice, stopping, slice.From);
        }
        catch (InvalidDataException e)
        {
            // What is written contradicts itself; trying again would find the same.
            await slices.WriteAsync(batchId, shard, slice.GivenBack(), claim.Tag, CancellationToken.None);
            return new RetryReport(shard, Tally.Zero, IsDone: true, e.Message);
        }

        if (end.IsFenced)
        {
            return null; // Whoever took the shard goes on with it.
        }

        var gain = end.Result.Tally - slice.Counted;
        if (end.Result.IsSettled)
        {
            await slices.DeleteAsync(batchId, shard, CancellationToken.None);
            return new RetryReport(shard, gain, IsDone: true);
        }

        slice = Next(slice.After(end.Open, end.Failed, end.Result.Tally, time.GetUtcNow()), end);
        if (slice.Ticket is null)
        {
            await slices.WriteAsync(batchId, shard, slice, claim.Tag, CancellationToken.None);
            return new RetryReport(shard, gain, IsDone: true, end.Result.StopReason);
        }

        await slices.QueueAsync(batchId, shard, slice, claim.Tag, CancellationToken.None);
        BatchLog.Queued(logger, batchId, shard, slice.Items.Count, slice.Round, options.MaxRetries, slice.Due);
        return new RetryReport(shard, gain, IsDone: false);
    }

    /// <summary>Writes dead letters for what is left of a slice that has had its last try, each with the reasons of all its tries.</summary>
    /// <inheritdoc cref="TryAsync"/>
    public async Task<RetryReport?> BuryAsync(RetryMessage message, string deliveryId)
    {
        var claim = await ClaimAsync(message, deliveryId, isPoison: true);
        if (claim.Slice is not { } slice)
        {
            return claim.Report;
        }

        if (slice.Round <= options.MaxRetries)
        {
            // Put here by the host, which could not handle the message (it died, or storage failed, again and again): that was a try.
            var spec = await store.GetAsync(message.BatchId, CancellationToken.None);
            var expiresAt = await store.ExpiresAtAsync(spec, time.GetUtcNow(), CancellationToken.None);
            await slices.QueueAsync(message.BatchId, message.Shard, NextRound(slice, expiresAt), claim.Tag, CancellationToken.None);
            return null;
        }

        var tally = await runner.SettleAsync(message.BatchId, message.Shard, id => new PendingOutcome(
            id,
            OutcomeLine.OfDeadLetter(message.BatchId, id, slice.Items.GetValueOrDefault(id) ?? [], slice.Paid.GetValueOrDefault(id, Tally.Zero)),
            IsError: true,
            slice.Paid.GetValueOrDefault(id, Tally.Zero) with { Failed = 1 }));
        if (tally is null)
        {
            return null;
        }

        BatchLog.Buried(logger, message.BatchId, message.Shard, slice.Items.Count);
        await slices.DeleteAsync(message.BatchId, message.Shard, CancellationToken.None);
        return new RetryReport(message.Shard, tally - slice.Counted, IsDone: true);
    }

    /// <summary>Leaves a message to another host on the same account; one that nobody has wanted for an hour is dropped, and its batch will find out.</summary>
    public Task PassOnAsync(RetryMessage message, bool isPoison, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return now - message.Due > TimeSpan.FromHours(1)
            ? Task.CompletedTask
            : queue.SendAsync(message, isPoison, now + TimeSpan.FromSeconds(1), cancellationToken);
    }

    private async Task<(RetrySlice? Slice, ETag? Tag, RetryReport? Report)> ClaimAsync(RetryMessage message, string deliveryId, bool isPoison)
    {
        if (await store.FindAsync(message.BatchId, CancellationToken.None) is null
            || await slices.FindAsync(message.BatchId, message.Shard, CancellationToken.None) is not var (slice, tag)
            || slice.Ticket != message.Ticket)
        {
            // It may have been tried, and the host died before it could say so.
            return (null, null, new RetryReport(message.Shard, Tally.Zero, IsDone: true));
        }

        var now = time.GetUtcNow();
        if (slice.ClaimedBy is not null && slice.ClaimedBy != deliveryId && slice.Due > now)
        {
            await queue.SendAsync(message, isPoison, slice.Due, CancellationToken.None);
            return default;
        }

        slice = slice with { ClaimedBy = deliveryId, Due = now + options.PassSlice + upstream.CallTimeout + Margin };
        if (await slices.WriteAsync(message.BatchId, message.Shard, slice, tag, CancellationToken.None) is { } claimed)
        {
            return (slice, claimed, null);
        }

        await queue.SendAsync(message, isPoison, now, CancellationToken.None);
        return default;
    }

    // Where it goes from here: to the batch, if that must stop or wait for long; else to the queue again.
    private RetrySlice Next(RetrySlice slice, PassEnd end)
    {
        var (result, now) = (end.Result, time.GetUtcNow());
        if (result.StopReason is not null || (!result.IsWholePass && result.ComeBackAt - now > options.LongestRetry))
        {
            return slice.GivenBack();
        }

        if (!result.IsWholePass)
        {
            return slice with { From = result.Next, Due = result.ComeBackAt };
        }

        return NextRound(slice, end.ExpiresAt);
    }

    private RetrySlice NextRound(RetrySlice slice, DateTimeOffset expiresAt)
    {
        var round = slice.Round + 1;
        return slice with { Round = round, From = 0, Due = round > options.MaxRetries ? time.GetUtcNow() : slices.DueOf(round, expiresAt) };
    }
}
