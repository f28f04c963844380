using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
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
    ILogger logger)
{
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    private readonly string _prefix = CommonPrefix([.. functions.Select(f => f.Pattern.Prefix)]);
    private DateTimeOffset _since = DateTimeOffset.MinValue;

    public string Container => container.Name;

    /// <summary>Lists the container once; returns how many functions became due.</summary>
    public async Task<int> ScanAsync(CancellationToken stopping)
    {
        DateTimeOffset? began = null;
        var found = 0;
        try
        {
            await foreach (var page in container.GetBlobsAsync(prefix: _prefix, cancellationToken: stopping).AsPages().ConfigureAwait(false))
            {
                began ??= page.GetRawResponse().Headers.Date;
                foreach (var blob in page.Values.Where(blob => blob.Properties.LastModified is not { } time || time >= _since))
                {
                    found += await FoundAsync(blob, stopping).ConfigureAwait(false);
                }
            }
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            return 0;
        }

        _since = began - Overlap ?? _since;
        TriggerLog.ContainerListed(logger, container.Name, found);
        return found;
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
            await due.CreateIfNotExistsAsync(cancellationToken: stopping).ConfigureAwait(false);
            await due.SendMessageAsync(
                JsonSerializer.Serialize(message, BlobTriggerJson.Default.BlobTriggerMessage), timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: stopping)
                .ConfigureAwait(false);
            await receipts.AddAsync(message, CancellationToken.None).ConfigureAwait(false);
            found++;
        }

        return found;
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
