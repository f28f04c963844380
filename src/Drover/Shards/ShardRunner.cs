using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Budgets;
using Drover.Calls;
using Drover.Json;
using Drover.Models;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Recipes;
using Drover.Storage;
using Drover.Throttling;
using Drover.Tickets;
using Drover.Upstreams;
using Microsoft.Extensions.Logging;

namespace Drover.Shards;

/// <summary>Runs one pass over one shard: reads its range, calls the API for what has no outcome, appends the outcomes.</summary>
/// <remarks>
/// Safe to run at any time, any number of times, after any crash: what is done is read from the outcomes themselves, and
/// two runs at once cannot both append.
/// </remarks>
public sealed class ShardRunner(
    ContainerLayout blobs,
    BatchStore store,
    Planner planner,
    UpstreamPool upstreams,
    RecipeCatalogue recipes,
    ModelCatalogue models,
    ModelSelector selector,
    SpendLedger ledger,
    RetryTickets tickets,
    AnswerCache cache,
    BatchOptions options,
    LiveTallies live,
    TimeProvider time,
    Random random,
    ILogger<ShardRunner> logger)
{
    private const int MostAhead = 32;

    private static readonly Dictionary<string, Tally> NothingPaid = [];

    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(500);

    // Requests that take time to write (images) are written ahead of the throttle; over all shards so many, which bounds memory.
    private readonly SemaphoreSlim _ahead = new(MostAhead);

    private readonly Conversations _conversations = new();

    /// <summary>What is wrong with storage, as the last append shows; null when it takes them.</summary>
    public string? StorageTrouble { get; private set; }

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

        BatchLog.Queued(logger, batchId, index, ticket.Items.Count, ticket.Round, options.MaxRetries, ticket.Due);
        return end.Result with { IsInRetry = true };
    }

    /// <summary>Runs one pass over what has no outcome.</summary>
    internal async Task<PassEnd> PassAsync(
        string batchId, int index, int pass, bool isLast, RetryTicket? ticket, CancellationToken stopping, int from = 0)
    {
        var spec = await store.GetAsync(batchId, CancellationToken.None);
        var log = await OutcomeLog.OpenAsync(blobs, batchId, index, CancellationToken.None);
        live.Set(batchId, index, log.Tally);
        if (log.IsSettled)
        {
            return new PassEnd(PassResult.Settled(log.Tally), [], []);
        }

        var shard = await planner.ReadShardAsync(spec, index, CancellationToken.None);
        var items = await ReadItemsAsync(spec, shard);
        using var spool = Spool.For(options, spec, index);
        try
        {
            await RecoverAsync(batchId, index, items, log, spool);
            var isLimited = await ledger.IsLimitedAsync(spec.Payer, CancellationToken.None);
            var caller = new ItemCaller(
                spec.Payer, upstreams, models, isLimited ? ledger : null, time, isRepeat: pass > 1, shard.TokenRatio);
            var run = new ShardPass(
                spec, pass, isLast, ticket?.Paid ?? NothingPaid, store, caller, spec.Cache ? cache : null, RecipeOf(spec),
                spec.Repair ? recipes.RepairOf : null, _conversations, selector, options, _ahead, time, logger);
            await using var writer = new OutcomeWriter(
                log, spool, options, Backlog, tally => live.Set(batchId, index, tally), trouble => StorageTrouble = trouble, time, logger);
            var open = Enumerable.Range(from, Math.Max(0, items.Count - from)).Where(i => !log.Has(items[i].Id)).ToList();
            await run.RunAsync([.. open.Select(i => items[i])], writer, stopping);
            await writer.CompleteAsync();
            var left = OpenOf(items, log);
            BatchLog.PassEnded(logger, batchId, index, pass, left.Count);
            if (left.Count == 0)
            {
                await log.SettleAsync(CancellationToken.None);
                return new PassEnd(PassResult.Settled(log.Tally), [], []);
            }

            var next = run.FirstUntried is { } untried ? open[untried] : items.Count;
            return new PassEnd(
                new PassResult(false, log.Tally, left.Count, ComeBackAt(run, pass), run.IsWhole, next, run.StopReason), left, run.Failed)
            {
                ExpiresAt = run.ExpiresAt,
            };
        }
        catch (FencedException e)
        {
            BatchLog.Fenced(logger, batchId, index, e.Message);
            var left = OpenOf(items, log);
            return new PassEnd(
                new PassResult(false, log.Tally, left.Count, time.GetUtcNow() + ShortWait, false, from, null), left,
                [])
            { IsFenced = true };
        }
    }

    /// <summary>Settles a shard by writing a line for every item that has no outcome.</summary>
    /// <returns>The counts; null: another run has taken the shard.</returns>
    internal async Task<Tally?> SettleAsync(string batchId, int index, Func<string, PendingOutcome> outcomeOf)
    {
        var spec = await store.GetAsync(batchId, CancellationToken.None);
        var log = await OutcomeLog.OpenAsync(blobs, batchId, index, CancellationToken.None);
        if (log.IsSettled)
        {
            return log.Tally;
        }

        var items = await ReadItemsAsync(spec, index);
        using var spool = Spool.For(options, spec, index);
        try
        {
            await RecoverAsync(batchId, index, items, log, spool);
            await log.AppendAsync([.. OpenOf(items, log).Select(outcomeOf)], isErrors: true, CancellationToken.None);
            await log.SettleAsync(CancellationToken.None);
            return log.Tally;
        }
        catch (FencedException e)
        {
            BatchLog.Fenced(logger, batchId, index, e.Message);
            return null;
        }
    }

    /// <summary>The counts over what a shard's outcomes are now.</summary>
    public async Task<Tally> ReadTallyAsync(string batchId, int index, CancellationToken cancellationToken) =>
        live.Find(batchId, index) ?? await OutcomeLog.CountAsync(blobs, batchId, index, cancellationToken);

    private static List<string> OpenOf(List<Item> items, OutcomeLog log) => [.. items.Where(i => !log.Has(i.Id)).Select(i => i.Id)];

    // The longer of what the upstream asks for and our own backoff, which is for passes that tried everything.
    // Never later than the batch expires, which is to be on time.
    private DateTimeOffset ComeBackAt(ShardPass run, int pass)
    {
        var backoff = run.IsWhole ? Backoff.Delay(pass, options.FirstWait, options.LongestWait, random) : TimeSpan.Zero;
        var now = time.GetUtcNow();
        var at = now + (run.RetryAfter > backoff ? run.RetryAfter.Value : backoff);
        return at > run.ExpiresAt && now < run.ExpiresAt ? run.ExpiresAt : at;
    }

    private IRecipe RecipeOf(BatchSpec spec) => recipes.Find(spec.Recipe)
        ?? throw new InvalidDataException(
            $"Batch '{spec.Id}' asks for the recipe '{spec.Recipe}'; there are {string.Join(", ", recipes.Names)}.");

    // Enough for every call that may be under way and the blocks being gathered and appended meanwhile.
    private int Backlog => upstreams.All.Max(u => u.Throttle.Concurrency) + 10 * options.AppendItems;

    /// <summary>The items of a shard, in the order of the input.</summary>
    internal async Task<List<Item>> ReadItemsAsync(BatchSpec spec, int index) =>
        await ReadItemsAsync(spec, await planner.ReadShardAsync(spec, index, CancellationToken.None));

    private async Task<List<Item>> ReadItemsAsync(BatchSpec spec, Shard shard)
    {
        var range = await ReadRangeAsync(spec, shard);
        var skips = shard.Skips ? await planner.ReadSkipsAsync(spec.Id, shard, CancellationToken.None) : null;
        var items = new List<Item>(shard.Items);
        foreach (var (offset, line) in Lines.Of(range))
        {
            if (!Lines.IsBlank(line.Span) && skips?.Contains(offset) != true
                && ItemReader.Read(line, out _) is { } item && item.Priority == shard.Priority)
            {
                items.Add(item);
            }
        }

        return items.Count == shard.Items
            ? items
            : throw new InvalidDataException(
                $"Shard {shard.Index} of batch '{spec.Id}' should hold {shard.Items} items and holds {items.Count}: the input '{spec.Input}' was changed after it was planned.");
    }

    private async Task<ReadOnlyMemory<byte>> ReadRangeAsync(BatchSpec spec, Shard shard)
    {
        try
        {
            BlobDownloadResult range = await blobs.ByName(spec.Input).DownloadContentAsync(
                new BlobDownloadOptions { Range = new HttpRange(shard.Offset, shard.Length) }, CancellationToken.None);
            return range.Content.ToMemory();
        }
        catch (RequestFailedException e) when (e.Status is 404 or 416)
        {
            throw new InvalidDataException($"The input '{spec.Input}' is not in storage any more, or is shorter than it was.", e);
        }
    }

    private async Task RecoverAsync(string batchId, int index, List<Item> items, OutcomeLog log, Spool? spool)
    {
        // The folder outlives storage: what it holds may be of a batch that had this id before, or of another cut of this one.
        var ids = items.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        var recovered = spool?.Recover().Where(o => ids.Contains(o.ItemId) && !log.Has(o.ItemId)).DistinctBy(o => o.ItemId).ToList();
        if (recovered is { Count: > 0 })
        {
            await log.AppendAsync([.. recovered.Where(o => !o.IsError)], isErrors: false, CancellationToken.None);
            await log.AppendAsync([.. recovered.Where(o => o.IsError)], isErrors: true, CancellationToken.None);
            BatchLog.Recovered(logger, batchId, index, recovered.Count);
        }

        spool?.Delete();
    }
}
