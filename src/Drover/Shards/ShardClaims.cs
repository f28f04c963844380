using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Json;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Shards;

/// <summary>Takes shards: reads their items and outcomes, and makes what writes more of them.</summary>
public sealed class ShardClaims(
    ContainerLayout blobs, BatchStore store, Planner planner, BatchOptions options, LiveTallies live, TimeProvider time,
    ILogger<ShardClaims> logger)
{
    /// <summary>What is wrong with storage, as the last append shows; null when it takes them.</summary>
    public string? StorageTrouble { get; private set; }

    /// <summary>The counts over what a shard's outcomes are now.</summary>
    public async Task<Tally> ReadTallyAsync(string batchId, int index, CancellationToken cancellationToken) =>
        live.Find(batchId, index) ?? await OutcomeLog.CountAsync(blobs, batchId, index, cancellationToken);

    /// <summary>Whether the batch has a result.</summary>
    internal async Task<bool> HasResultsAsync(string batchId)
    {
        var results = ContainerLayout.ResultsPrefix(batchId);
        await foreach (var blob in blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, results, CancellationToken.None))
        {
            if (blob.Properties.ContentLength > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes a shard over from any earlier run.</summary>
    internal async Task<ShardClaim> TakeAsync(string batchId, int index)
    {
        var spec = await store.GetAsync(batchId, CancellationToken.None);
        var log = await OutcomeLog.OpenAsync(blobs, batchId, index, CancellationToken.None);
        live.Set(batchId, index, log.Tally);
        if (log.IsSettled)
        {
            return new ShardClaim(spec, null, [], log, null);
        }

        var shard = await planner.ReadShardAsync(spec, index, CancellationToken.None);
        return new ShardClaim(spec, shard, await ReadItemsAsync(spec, shard), log, Spool.For(options, spec, index));
    }

    /// <summary>Makes what writes a claim's outcomes.</summary>
    /// <param name="calls">How many calls may be under way.</param>
    internal OutcomeWriter NewWriter(ShardClaim claim, int calls) => new(
        claim.Log,
        claim.Spool,
        options,
        calls + (10 * options.AppendItems), // Enough for every call and the blocks being gathered and appended meanwhile.
        new OutcomeNews(
            tally => live.Set(claim.Spec.Id, claim.Shard!.Index, tally),
            trouble => StorageTrouble = trouble),
        time,
        logger);

    internal ClosingWatch NewWatch(BatchSpec spec, PassVerdict verdict) => new(spec, store, verdict, time, logger);

    /// <summary>The items of a shard, in the order of the input.</summary>
    internal async Task<IReadOnlyList<Item>> ReadItemsAsync(BatchSpec spec, int index) =>
        await ReadItemsAsync(spec, await planner.ReadShardAsync(spec, index, CancellationToken.None));

    private async Task<IReadOnlyList<Item>> ReadItemsAsync(BatchSpec spec, Shard shard)
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
            : throw new BrokenBatchException(
                $"Shard {shard.Index} of batch '{spec.Id}' should hold {shard.Items} items and holds {items.Count}: "
                + $"the input '{spec.Input}' was changed after it was planned.");
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
            throw new BrokenBatchException($"The input '{spec.Input}' is not in storage any more, or is shorter than it was.", e);
        }
    }
}
