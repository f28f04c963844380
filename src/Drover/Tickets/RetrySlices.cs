using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Storage;
using Drover.Throttling;

namespace Drover.Tickets;

/// <summary>The slices in storage: who may run a shard is decided by conditional writes of its slice.</summary>
public sealed class RetrySlices(BatchBlobs blobs, RetryQueue queue, BatchOptions options, TimeProvider time)
{
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    /// <summary>How long after it was due a slice is taken to have lost its message.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    internal async Task<(RetrySlice Slice, ETag Tag)?> FindAsync(string batchId, int shard, CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult found = await blobs.Slice(batchId, shard).DownloadContentAsync(cancellationToken);
            return (JsonSerializer.Deserialize(found.Content.ToMemory().Span, TicketJson.Default.RetrySlice)!, found.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Takes a shard's slice away from the queue, for the shard's orchestration.</summary>
    /// <returns>The slice and its tag, if there is one; and until when somebody else tries it, if so.</returns>
    internal async Task<(RetrySlice? Slice, ETag? Tag, DateTimeOffset? HeldUntil)> TakeBackAsync(string batchId, int shard, CancellationToken cancellationToken)
    {
        if (await FindAsync(batchId, shard, cancellationToken) is not var (slice, tag))
        {
            return default;
        }

        var now = time.GetUtcNow();
        if (slice.ClaimedBy is not null && slice.Due > now)
        {
            return (slice, tag, slice.Due);
        }

        return slice.Ticket is null
            ? (slice, tag, null)
            : await WriteAsync(batchId, shard, slice = slice.GivenBack(), tag, cancellationToken) is { } written
                ? (slice, written, null)
                : (slice, null, now + ShortWait);
    }

    /// <summary>Writes the slice where it is as it was read, or not there.</summary>
    /// <returns>Its tag; null: it is not.</returns>
    internal async Task<ETag?> WriteAsync(string batchId, int shard, RetrySlice slice, ETag? tag, CancellationToken cancellationToken)
    {
        try
        {
            BlobContentInfo written = await blobs.Slice(batchId, shard).UploadAsync(
                new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(slice, TicketJson.Default.RetrySlice)),
                new BlobUploadOptions
                {
                    Conditions = tag is null ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = tag },
                    Metadata = SliceMark.Of(slice),
                },
                cancellationToken);
            return written.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return null;
        }
    }

    /// <summary>Gives the slice to the queue, to be tried when it is due; after the last round, to the queue of dead letters.</summary>
    /// <returns>False: it is not as it was read.</returns>
    internal async Task<bool> QueueAsync(string batchId, int shard, RetrySlice slice, ETag? tag, CancellationToken cancellationToken)
    {
        slice = slice with { Ticket = Guid.NewGuid().ToString("N"), ClaimedBy = null };
        if (await WriteAsync(batchId, shard, slice, tag, cancellationToken) is null)
        {
            return false;
        }

        await SendAsync(batchId, shard, slice, cancellationToken);
        return true;
    }

    /// <summary>When a slice is due whose round begins now.</summary>
    internal DateTimeOffset DueOf(int round, DateTimeOffset expiresAt)
    {
        var now = time.GetUtcNow();
        var due = now + Backoff.Ceiling(round, options.FirstRetry, options.LongestRetry);
        return due > expiresAt && now < expiresAt ? expiresAt : due; // What expires does so in time.
    }

    internal Task DeleteAsync(string batchId, int shard, CancellationToken cancellationToken) =>
        blobs.Slice(batchId, shard).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    /// <summary>The slices that the queue has.</summary>
    internal async IAsyncEnumerable<(int Shard, SliceMark Mark)> ListAsync(string batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var blob in blobs.Container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, BatchBlobs.SlicesPrefix(batchId), cancellationToken))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(blob.Name), out var shard) && SliceMark.Read(blob.Metadata) is { } mark)
            {
                yield return (shard, mark);
            }
        }
    }

    /// <summary>Sends a slice's message again: it was due long ago, so the queue seems to have lost it. If it has not, the second finds nothing to do.</summary>
    internal async Task SendAgainAsync(string batchId, int shard, CancellationToken cancellationToken)
    {
        if (await FindAsync(batchId, shard, cancellationToken) is ({ Ticket: not null } slice, _))
        {
            await SendAsync(batchId, shard, slice, cancellationToken);
        }
    }

    private Task SendAsync(string batchId, int shard, RetrySlice slice, CancellationToken cancellationToken) =>
        queue.SendAsync(queue.MessageFor(batchId, shard, slice), isPoison: slice.Round > options.MaxRetries, slice.Due, cancellationToken);
}
