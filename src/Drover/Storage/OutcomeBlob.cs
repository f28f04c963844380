using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Drover.Storage;

/// <summary>One of a shard's two append blobs, as one run of the shard holds it.</summary>
/// <remarks>
/// A run takes a blob by stamping it with an epoch of its own, before it reads it. Every append is conditional on the blob's
/// tag and length as this run left them; so once a later run has taken the blob, an earlier one can append nothing more.
/// </remarks>
internal sealed class OutcomeBlob(AppendBlobClient client, string epoch)
{
    private const string EpochKey = "epoch";

    private ETag _tag;

    /// <summary>The blob's length as this run left it.</summary>
    public long Length { get; private set; }

    /// <summary>What the blob is now; length 0 and no metadata when there is none.</summary>
    public static async Task<(long Length, IDictionary<string, string>? Metadata, ETag Tag)> PeekAsync(
        AppendBlobClient client, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await client.GetPropertiesAsync(cancellationToken: cancellationToken);
            return (properties.ContentLength, properties.Metadata, properties.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (0, null, default);
        }
    }

    /// <summary>Makes the blob, which must not be there.</summary>
    /// <exception cref="FencedException">Another has made it.</exception>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        try
        {
            BlobContentInfo created = await client.CreateAsync(NewBlob(), cancellationToken);
            _tag = created.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // It is ours when the answer to an earlier try was lost.
            var (_, there, tag) = await PeekAsync(client, cancellationToken);
            _tag = there is not null && IsOurs(there) ? tag : throw new FencedException($"'{client.Name}' is there already.", e);
        }
    }

    /// <summary>Takes the blob, making it if there is none, and answers what is in it.</summary>
    public async Task<ReadOnlyMemory<byte>> TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            BlobContentInfo created = await client.CreateAsync(NewBlob(), cancellationToken);
            _tag = created.ETag;
            return default;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            BlobInfo stamped = await client.SetMetadataAsync(Metadata(), cancellationToken: cancellationToken);
            _tag = stamped.ETag;
            BlobDownloadResult content = await client.DownloadContentAsync(cancellationToken);
            Length = content.Content.ToMemory().Length;
            return content.Content.ToMemory();
        }
    }

    /// <summary>Appends a block.</summary>
    /// <exception cref="FencedException">The blob is not as this run left it.</exception>
    public async Task AppendAsync(MemoryStream block, CancellationToken cancellationToken)
    {
        try
        {
            block.Position = 0;
            BlobAppendInfo appended = await client.AppendBlockAsync(
                block,
                new AppendBlobAppendBlockOptions
                {
                    Conditions = new AppendBlobRequestConditions { IfMatch = _tag, IfAppendPositionEqual = Length },
                },
                cancellationToken);
            _tag = appended.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            // The append whose answer was lost is repeated and refused: then what is there is what we sent.
            _tag = await TagIfItHoldsAsync(block, cancellationToken)
                ?? throw new FencedException(
                    $"'{client.Name}' is not {Length} bytes long, as it was left, or another run has taken it.", e);
        }

        Length += block.Length;
    }

    /// <summary>Sets a mark on the blob.</summary>
    /// <exception cref="FencedException">The blob is not as this run left it.</exception>
    public async Task MarkAsync(string key, string value, CancellationToken cancellationToken)
    {
        var metadata = Metadata();
        metadata[key] = value;
        try
        {
            BlobInfo marked = await client.SetMetadataAsync(metadata, new BlobRequestConditions { IfMatch = _tag }, cancellationToken);
            _tag = marked.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            var (length, there, tag) = await PeekAsync(client, cancellationToken);
            if (length != Length || there is null || !IsOurs(there) || !there.TryGetValue(key, out var mark) || mark != value)
            {
                throw new FencedException($"'{client.Name}' is not as it was left, or another run has taken it.", e);
            }

            _tag = tag;
        }
    }

    private async Task<ETag?> TagIfItHoldsAsync(MemoryStream block, CancellationToken cancellationToken)
    {
        var (length, metadata, tag) = await PeekAsync(client, cancellationToken);
        if (length != Length + block.Length || metadata is null || !IsOurs(metadata))
        {
            return null;
        }

        BlobDownloadResult tail = await client.DownloadContentAsync(
            new BlobDownloadOptions { Range = new HttpRange(Length, block.Length) }, cancellationToken);
        return tail.Content.ToMemory().Span.SequenceEqual(block.GetBuffer().AsSpan(0, (int)block.Length)) ? tag : null;
    }

    private AppendBlobCreateOptions NewBlob() => new()
    {
        HttpHeaders = new BlobHttpHeaders { ContentType = "application/jsonl" },
        Metadata = Metadata(),
        Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All },
    };

    private Dictionary<string, string> Metadata() => new() { [EpochKey] = epoch };

    private bool IsOurs(IDictionary<string, string> metadata) => metadata.TryGetValue(EpochKey, out var there) && there == epoch;
}
