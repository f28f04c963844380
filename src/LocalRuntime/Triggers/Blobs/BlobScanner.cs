using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Lists one container and makes a function due for each new version of a blob whose name fits.</summary>
/// <remarks>
/// What changed before the previous listing began was seen by it, so nothing is kept in memory but that moment, by the
/// storage's own clock. A few seconds are looked at twice, because that clock is not one; receipts tell what is new in them.
/// </remarks>
internal sealed class BlobScanner(
    BlobContainerClient container,
    IReadOnlyList<(Function Function, BlobPattern Pattern)> functions,
    BlobReceipts receipts,
    QueueClient due,
    TimeProvider time,
    ILogger logger)
{
    private const int Parallel = 16;

    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    private readonly string _prefix = CommonPrefix([.. functions.Select(f => f.Pattern.Prefix)]);
    private DateTimeOffset _since = DateTimeOffset.MinValue;

    public string Container => container.Name;

    /// <summary>Lists the container once.</summary>
    /// <returns>How many functions became due, and how long the listing alone took.</returns>
    public async Task<(int Found, TimeSpan Listing)> ScanAsync(CancellationToken stopping)
    {
        DateTimeOffset? began = null;
        var found = 0;
        var listing = TimeSpan.Zero;
        var since = time.GetTimestamp();
        try
        {
            await foreach (
                var page in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, _prefix, stopping).AsPages().ConfigureAwait(false))
            {
                began ??= page.GetRawResponse().Headers.Date;
                listing += time.GetElapsedTime(since);
                await System.Threading.Tasks.Parallel.ForEachAsync(
                    page.Values.Where(blob => blob.Properties.LastModified is not { } modified || modified >= _since),
                    new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = stopping },
                    async (blob, _) =>
                        Interlocked.Add(ref found, await FoundAsync(blob, stopping).ConfigureAwait(false))).ConfigureAwait(false);
                since = time.GetTimestamp();
            }
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return default;
        }

        _since = began - Overlap ?? _since;
        TriggerLog.ContainerListed(logger, container.Name, found);
        return (found, listing);
    }

    private async Task<int> FoundAsync(BlobItem blob, CancellationToken stopping)
    {
        var found = 0;
        foreach (var (function, _) in functions.Where(f => f.Pattern.Match(blob.Name) is not null))
        {
            var etag = blob.Properties.ETag.GetValueOrDefault().ToString("H");
            var type = (blob.Properties.BlobType ?? BlobType.Block) + "Blob";
            var message = new BlobTriggerMessage(function.Id, type, container.Name, blob.Name, etag);
            if (await receipts.ExistsAsync(message, stopping).ConfigureAwait(false))
            {
                continue;
            }

            // The message first: a crash between the two makes the function due twice, the other way round never.
            TriggerLog.BlobFound(logger, function.Name, blob.Name);
            await SendAsync(JsonSerializer.Serialize(message, BlobTriggerJson.Default.BlobTriggerMessage), stopping).ConfigureAwait(false);
            await receipts.AddAsync(message, CancellationToken.None).ConfigureAwait(false);
            found++;
        }

        return found;
    }

    private async Task SendAsync(string message, CancellationToken stopping)
    {
        var forever = TimeSpan.FromSeconds(-1);
        try
        {
            await due.SendMessageAsync(message, timeToLive: forever, cancellationToken: stopping).ConfigureAwait(false);
        }
        catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await due.CreateIfNotExistsAsync(cancellationToken: stopping).ConfigureAwait(false);
            await due.SendMessageAsync(message, timeToLive: forever, cancellationToken: stopping).ConfigureAwait(false);
        }
    }

    private static string CommonPrefix(IReadOnlyList<string> prefixes)
    {
        var length = 0;
        while (prefixes.All(p => p.Length > length && p[length] == prefixes[0][length]))
        {
            length++;
        }

        return prefixes[0][..length];
    }
}
