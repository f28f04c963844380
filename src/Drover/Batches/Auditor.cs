using Azure.Storage.Blobs.Models;
using Drover.Storage;
using Microsoft.Extensions.Logging;

namespace Drover.Batches;

/// <summary>Compares what the settled marks say with what lies in storage: one listing, no content read.</summary>
/// <remarks>
/// A batch is closed only after this. Storage that was put back to an earlier state (Azurite killed hard forgets up to five
/// seconds of acknowledged writes) shows as shards without a true mark; they are run again.
/// </remarks>
public sealed class Auditor(BatchBlobs blobs, BatchStore store, Planner planner, ILogger<Auditor> logger)
{
    private const int MostReported = 200;

    /// <summary>Which shards are not settled, and the counts over those that are.</summary>
    public async Task<Audit> AuditAsync(string batchId, CancellationToken cancellationToken)
    {
        var (settled, _, tally) = await ReadAsync(batchId, cancellationToken);
        var fallShort = Enumerable.Range(0, settled.Length).Where(i => !settled[i]).ToList();
        if (fallShort.Count > 0)
        {
            BatchLog.AuditFoundShort(logger, batchId, fallShort.Count);
        }

        return new Audit([.. fallShort.Take(MostReported)], tally, Closing: await store.ClosingAsync(batchId, cancellationToken));
    }

    /// <summary>The counts over all outcomes, those of unsettled shards too (their logs are read).</summary>
    public async Task<Tally> CountAsync(string batchId, CancellationToken cancellationToken)
    {
        var (settled, begun, tally) = await ReadAsync(batchId, cancellationToken);
        foreach (var shard in begun.Where(i => !settled[i]))
        {
            tally += await OutcomeLog.CountAsync(blobs, batchId, shard, cancellationToken);
        }

        return tally;
    }

    private async Task<(bool[] Settled, IReadOnlySet<int> Begun, Tally Tally)> ReadAsync(string batchId, CancellationToken cancellationToken)
    {
        var plan = await planner.GetAsync(await store.GetAsync(batchId, cancellationToken), cancellationToken);
        var errors = new long[plan.Shards];
        var begun = new SortedSet<int>();
        await foreach (var (shard, blob) in ListAsync(BatchBlobs.ErrorsPrefix(batchId), plan.Shards, cancellationToken))
        {
            errors[shard] = blob.Properties.ContentLength ?? 0;
            begun.Add(shard);
        }

        var settled = new bool[plan.Shards];
        var tally = Tally.Zero;
        await foreach (var (shard, blob) in ListAsync(BatchBlobs.ResultsPrefix(batchId), plan.Shards, cancellationToken))
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
