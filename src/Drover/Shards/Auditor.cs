using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Storage;
using Drover.Tickets;
using Microsoft.Extensions.Logging;

namespace Drover.Shards;

/// <summary>Compares what the settled marks say with what lies in storage: one listing, no content read.</summary>
/// <remarks>
/// A batch is closed only after this. Storage that was put back to an earlier state (Azurite killed hard forgets up to five
/// seconds of acknowledged writes) shows as shards without a true mark; they are run again.
/// </remarks>
public sealed class Auditor(
    ContainerLayout blobs, BatchStore store, Planner planner, RetryTickets tickets, TimeProvider time, ILogger<Auditor> logger)
{
    private const int MostReported = 200;

    /// <summary>
    /// Which shards are not settled, and the counts over those that are. Of tickets that the retry queue seems to have lost, the messages
    /// are sent again.
    /// </summary>
    public async Task<Audit> AuditAsync(string batchId, CancellationToken cancellationToken)
    {
        // First: a ticket that is tried meanwhile goes, and its shard is settled by then.
        var queued = await ReadSlicesAsync(batchId, cancellationToken);
        var plan = await planner.GetAsync(await store.GetAsync(batchId, cancellationToken), cancellationToken);
        var (settled, _, tally) = await ReadAsync(batchId, plan.Shards, cancellationToken);
        var closing = await store.ClosingAsync(batchId, cancellationToken);
        var now = time.GetUtcNow();
        var audit = new Audit([], tally, Closing: closing) { RetryBy = now };
        foreach (var (shard, mark) in closing is null ? queued.Where(s => s.Key < settled.Length && !settled[s.Key]) : [])
        {
            if (mark.Due + RetryTickets.Grace < now)
            {
                ShardLog.SentAgain(logger, batchId, shard, mark.Due);
                await tickets.SendAgainAsync(batchId, shard, cancellationToken);
            }

            settled[shard] = true;
            var by = (mark.Due > now ? mark.Due : now) + RetryTickets.Grace;
            audit = audit with
            {
                Tally = audit.Tally + mark.Counted,
                Tickets = audit.Tickets + 1,
                InRetry = audit.InRetry + mark.Left,
                RetryBy = by > audit.RetryBy ? by : audit.RetryBy,
            };
        }

        var fallShort = Enumerable.Range(0, settled.Length).Where(i => !settled[i]).ToList();
        if (fallShort.Count > 0)
        {
            ShardLog.AuditFoundShort(logger, batchId, fallShort.Count);
        }

        return audit with { Short = [.. fallShort.Take(MostReported)] };
    }

    private async Task<Dictionary<int, TicketMark>> ReadSlicesAsync(string batchId, CancellationToken cancellationToken)
    {
        var found = new Dictionary<int, TicketMark>();
        await foreach (var (shard, mark) in tickets.ListAsync(batchId, cancellationToken))
        {
            found[shard] = mark;
        }

        return found;
    }

    /// <summary>Whether all of a batch's first shards bear a true mark, and the counts over those that do.</summary>
    internal async Task<(bool IsWhole, Tally Tally)> CountMarksAsync(string batchId, int shards, CancellationToken cancellationToken)
    {
        var (settled, _, tally) = await ReadAsync(batchId, shards, cancellationToken);
        return (settled.All(s => s), tally);
    }

    /// <summary>The counts over all outcomes, those of unsettled shards too (their logs are read).</summary>
    public async Task<Tally> CountAsync(string batchId, CancellationToken cancellationToken)
    {
        var plan = await planner.GetAsync(await store.GetAsync(batchId, cancellationToken), cancellationToken);
        var (settled, begun, tally) = await ReadAsync(batchId, plan.Shards, cancellationToken);
        foreach (var shard in begun.Where(i => !settled[i]))
        {
            tally += await OutcomeLog.CountAsync(blobs, batchId, shard, cancellationToken);
        }

        return tally;
    }

    /// <summary>What the requests behind the batch's outcomes have cost so far, in US dollars.</summary>
    public async Task<decimal> SpentAsync(string batchId, CancellationToken cancellationToken)
    {
        var plan = await planner.FindAsync(batchId, cancellationToken);
        if (plan is null or { Stage: null })
        {
            return plan is null ? 0 : (await CountAsync(batchId, cancellationToken)).CostUsd;
        }

        // Of items that are between two stages only the stages know what was paid.
        var spent = 0m;
        for (var stage = 1; await planner.FindAsync(BatchSpec.StageId(batchId, stage), cancellationToken) is not null; stage++)
        {
            spent += await SpentAsync(BatchSpec.StageId(batchId, stage), cancellationToken);
        }

        return spent;
    }

    private async Task<(bool[] Settled, IReadOnlySet<int> Begun, Tally Tally)> ReadAsync(
        string batchId, int shards, CancellationToken cancellationToken)
    {
        var errors = new long[shards];
        var begun = new SortedSet<int>();
        await foreach (var (shard, blob) in ListAsync(ContainerLayout.ErrorsPrefix(batchId), shards, cancellationToken))
        {
            errors[shard] = blob.Properties.ContentLength ?? 0;
            begun.Add(shard);
        }

        var settled = new bool[shards];
        var tally = Tally.Zero;
        await foreach (var (shard, blob) in ListAsync(ContainerLayout.ResultsPrefix(batchId), shards, cancellationToken))
        {
            begun.Add(shard);
            if (SettledMark.Read(blob.Metadata, blob.Properties.ContentLength ?? 0, errors[shard]) is { } mark)
            {
                settled[shard] = true;
                tally += mark.Tally;
            }
        }

        return (settled, begun, tally);
    }

    private async IAsyncEnumerable<(int Shard, BlobItem Blob)> ListAsync(
        string prefix, int shards, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var blob in blobs.Container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, cancellationToken))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(blob.Name), out var shard) && shard < shards)
            {
                yield return (shard, blob);
            }
        }
    }
}
