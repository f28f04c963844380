using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Drover.Storage;

namespace Drover.Files;

/// <summary>A file on its way in: the content is staged as it comes, and the file is there once all else is known.</summary>
/// <remarks>
/// A form's parts come in any order, the content often before the purpose. What is staged and never committed, storage drops.
/// </remarks>
public sealed class FileUpload(string id, string? key, DateTimeOffset createdAt, BlockBlobClient blob)
{
    private IReadOnlyList<string> _blocks = [];

    public DateTimeOffset CreatedAt => createdAt;

    /// <summary>How much was staged.</summary>
    public long Bytes { get; private set; }

    /// <summary>Stages the content, as far as <paramref name="mostBytes"/>; memory: one block of 4 MiB.</summary>
    /// <returns>Whether all of it was taken.</returns>
    public async Task<bool> StageAsync(Stream content, long mostBytes, CancellationToken cancellationToken)
    {
        (_blocks, Bytes) = await blob.StageStreamAsync(content, mostBytes, cancellationToken);
        return Bytes <= mostBytes;
    }

    /// <summary>Makes the file.</summary>
    public async Task<StoredFile> CommitAsync(string name, string purpose, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var file = new StoredFile
        {
            Id = id,
            Name = name,
            Purpose = purpose,
            Bytes = Bytes,
            CreatedAt = createdAt,
            Key = key,
            ExpiresAt = expiresAt,
        };
        await blob.CommitBlockListAsync(_blocks, new CommitBlockListOptions { Metadata = FileMetadata.Of(file) }, cancellationToken);
        return file;
    }
}
