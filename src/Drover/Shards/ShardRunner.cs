using Drover.Batches;
using Drover.Outcomes;
using Drover.Storage;
using Drover.Throttling;
using Drover.Tickets;
using Microsoft.Extensions.Logging;

namespace Drover.Shards;

/// <summary>Runs one pass over one shard: reads its range, calls the API for what has no outcome, appends the outcomes.</summary>
/// <remarks>
/// Safe to run at any time, any number of times, after any crash: what is done is read from the outcomes themselves, and
/// two runs at once cannot both append.
/// </remarks>
public sealed class ShardRunner(
    ShardClaims claims, ItemServices items, RetryTickets tickets, BatchOptions options, TimeProvider time, Random random,
    ILogger<ShardRunner> logger)
{
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs the shard's next pass. What is left after the last goes to the retry queue.</summary>
    /// <param name="pass">Which pass this is, from 1.</param>
    /// <param name="stopping">When it fires nothing more is launched; calls under way are awaited and written.</param>
    /// <param name="from">The item of the shard to begin with: where the run before, of the same pass, left off.</param>
    public async Task<PassResult> RunAsync(string batchId, int index, int pass, CancellationToken stopping, int from = 0)
    {
        var (ticket, tag, heldUntil) = await tickets.TakeBackAsync(batchId, index, CancellationToken.None);
        if (heldUntil is { } until)
        {
            return new PassResult(false, ticket!.Counted, ticket.Items.Count, until, false, from, null);
        }

        var isLast = pass >= options.MaxPasses;
        var end = await PassAsync(batchId, index, pass, isLast && options.MaxRetries == 0, ticket, stopping, from);
        if (end.Result.IsSettled && ticket is not null)
        {
            await tickets.DeleteAsync(batchId, index, CancellationToken.None);
        }

        if (end.Result.IsSettled || end.IsFenced || (end.Failed.Count == 0 && !isLast))
        {
            return end.Result;
        }

        ticket = (ticket ?? new RetryTicket()).After(end.Open, end.Failed, end.Result.Tally, time.GetUtcNow());
        if (!isLast || options.MaxRetries == 0 || !end.Result.IsWholePass || end.Result.StopReason is not null)
        {
            await tickets.WriteAsync(batchId, index, ticket, tag, CancellationToken.None);
            return end.Result;
        }

        ticket = ticket with { Round = 1, Due = tickets.DueOf(1, end.ExpiresAt) };
        if (!await tickets.QueueAsync(batchId, index, ticket, tag, CancellationToken.None))
        {
            return end.Result; // Another run has been here meanwhile; the next one sees what it left.
        }

        ShardLog.Queued(logger, batchId, index, ticket.Items.Count, ticket.Round, options.MaxRetries, ticket.Due);
        return end.Result with { IsInRetry = true };
    }

    /// <summary>Runs one pass over what has no outcome.</summary>
    internal async Task<PassEnd> PassAsync(
        string batchId, int index, int pass, bool isLast, RetryTicket? ticket, CancellationToken stopping, int from = 0)
    {
        using var claim = await claims.TakeAsync(batchId, index);
        if (claim.IsSettled)
        {
            return new PassEnd(PassResult.Settled(claim.Log.Tally), [], []);
        }

        try
        {
            await RecoverAsync(claim, index);
            using var verdict = new PassVerdict(claim.Spec, items.Caller);
            await using var watch = claims.NewWatch(claim.Spec, verdict);
            await using var writer = claims.NewWriter(claim, items.Caller.Concurrency);
            var terms = await items.Caller.TermsForAsync(claim.Spec.Payer, CancellationToken.None) with
            {
                IsRepeat = pass > 1,
                TokenRatio = claim.Shard!.TokenRatio,
            };
            var work = new PassWork(claim.Spec, pass, ticket, items, terms, writer, verdict);
            var run = new ShardPass(work, watch, isLast, options, time);
            var open = claim.OpenFrom(from);
            await run.RunAsync([.. open.Select(i => claim.Items[i])], stopping);
            await writer.CompleteAsync();
            var left = claim.Open;
            ShardLog.PassEnded(logger, batchId, index, pass, left.Count);
            if (left.Count == 0)
            {
                await claim.Log.SettleAsync(CancellationToken.None);
                return new PassEnd(PassResult.Settled(claim.Log.Tally), [], []);
            }

            var next = run.FirstUntried is { } untried ? open[untried] : claim.Items.Count;
            var comeBackAt = ComeBackAt(run.IsWhole ? pass : null, verdict.RetryAfter, watch.ExpiresAt);
            var result = new PassResult(
                false, claim.Log.Tally, left.Count, comeBackAt, run.IsWhole, next, await StopReasonAsync(verdict, claim.Spec));
            return new PassEnd(result, left, run.Failed) { ExpiresAt = watch.ExpiresAt };
        }
        catch (FencedException e)
        {
            ShardLog.Fenced(logger, batchId, index, e.Message);
            var left = claim.Open;
            var result = new PassResult(false, claim.Log.Tally, left.Count, time.GetUtcNow() + ShortWait, false, from, null);
            return new PassEnd(result, left, []) { IsFenced = true };
        }
    }

    /// <summary>Settles a shard by writing a line for every item that has no outcome.</summary>
    /// <returns>The counts; null: another run has taken the shard.</returns>
    internal async Task<Tally?> SettleAsync(string batchId, int index, Func<string, PendingOutcome> outcomeOf)
    {
        using var claim = await claims.TakeAsync(batchId, index);
        if (claim.IsSettled)
        {
            return claim.Log.Tally;
        }

        try
        {
            await RecoverAsync(claim, index);
            await claim.Log.AppendAsync([.. claim.Open.Select(outcomeOf)], isErrors: true, CancellationToken.None);
            await claim.Log.SettleAsync(CancellationToken.None);
            return claim.Log.Tally;
        }
        catch (FencedException e)
        {
            ShardLog.Fenced(logger, batchId, index, e.Message);
            return null;
        }
    }

    private async Task<string?> StopReasonAsync(PassVerdict verdict, BatchSpec spec)
    {
        if (verdict.StopReason is not null || verdict.SetupReason is null)
        {
            return verdict.StopReason;
        }

        if (!await claims.HasResultsAsync(spec.Id))
        {
            return verdict.SetupReason;
        }

        items.Caller.MarkWorked(spec.Model);
        return null; // The set-up was right before: it is an outage.
    }

    private async Task RecoverAsync(ShardClaim claim, int index)
    {
        if (await claim.RecoverAsync() is > 0 and var count)
        {
            ShardLog.Recovered(logger, claim.Spec.Id, index, count);
        }

        await items.Carried.TakeOverAsync(claim, index, CancellationToken.None);
    }

    // The longer of what the upstream asks for and our own backoff, which is for passes that tried everything.
    // Never later than the batch expires, which is to be on time.
    private DateTimeOffset ComeBackAt(int? wholePass, TimeSpan? retryAfter, DateTimeOffset expiresAt)
    {
        var backoff = wholePass is { } pass ? Backoff.Delay(pass, options.FirstWait, options.LongestWait, random) : TimeSpan.Zero;
        var now = time.GetUtcNow();
        var at = now + (retryAfter > backoff ? retryAfter.Value : backoff);
        return at > expiresAt && now < expiresAt ? expiresAt : at;
    }
}
