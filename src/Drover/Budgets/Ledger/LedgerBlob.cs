using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Drover.Budgets.Ledger;

/// <summary>The ledger's blob: read, change, and write if nobody else has; otherwise again.</summary>
internal sealed class LedgerBlob(BlockBlobClient blob, Random random, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _one = new(1);
    private readonly string _writer = Guid.NewGuid().ToString("N");
    private long _writes;
    private (SpendDocument Ledger, ETag? Tag)? _cached;

    /// <summary>The ledger as it is now.</summary>
    public Task<SpendDocument> ReadAsync(CancellationToken cancellationToken) =>
        UpdateAsync(static ledger => (ledger, ledger), cancellationToken);

    /// <summary>Changes the ledger.</summary>
    /// <param name="change">
    /// Gives the next document and an answer; the same document for no change. It may be asked several times, and, if the answer to a
    /// write was lost and others wrote meanwhile, even once more after it was carried out.
    /// </param>
    public async Task<T> UpdateAsync<T>(Func<SpendDocument, (SpendDocument Next, T Answer)> change, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var isFresh = _cached is null;
            while (true)
            {
                var (ledger, tag) = _cached ??= await GetAsync(cancellationToken);
                var (next, answer) = change(ledger);
                if (ReferenceEquals(next, ledger))
                {
                    if (isFresh)
                    {
                        return answer;
                    }

                    (_cached, isFresh) = (null, true); // That nothing is to be done is not to be said of an old document.
                    continue;
                }

                next = next with { Stamp = $"{_writer}-{++_writes}" };
                _cached = null;
                if (await PutAsync(next, tag, cancellationToken) is { } written)
                {
                    _cached = (next, written);
                    return answer;
                }

                _cached = await GetAsync(cancellationToken);
                if (_cached.Value.Ledger.Stamp == next.Stamp)
                {
                    return answer;
                }

                isFresh = true;
                await Task.Delay(random.NextDouble() * LongestPause, time, cancellationToken);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<(SpendDocument Ledger, ETag? Tag)> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult there = await blob.DownloadContentAsync(cancellationToken);
            return (JsonSerializer.Deserialize(there.Content, SpendJson.Default.SpendDocument)!, there.Details.ETag);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return (SpendDocument.Empty, null);
        }
    }

    private async Task<ETag?> PutAsync(SpendDocument ledger, ETag? tag, CancellationToken cancellationToken)
    {
        var content = BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(ledger, SpendJson.Default.SpendDocument));
        var conditions = tag is null ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = tag };
        try
        {
            BlobContentInfo written = await blob.UploadAsync(
                content.ToStream(), new BlobUploadOptions { Conditions = conditions }, cancellationToken);
            return written.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return null;
        }
    }
}
