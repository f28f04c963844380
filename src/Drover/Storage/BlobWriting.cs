using System.Buffers;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Drover.Storage;

/// <summary>Small reads and writes of whole blobs, and the streaming upload of a large one.</summary>
public static class BlobWriting
{
    private const int BlockSize = 4 * 1024 * 1024;

    /// <summary>Writes a small blob. With <paramref name="onlyIfAbsent"/> an existing one stays, and the answer is false.</summary>
    public static async Task<bool> WriteAsync(
        this BlockBlobClient blob, ReadOnlyMemory<byte> content, bool onlyIfAbsent = false, CancellationToken cancellationToken = default)
    {
        try
        {
            await blob.UploadAsync(
                BinaryData.FromBytes(content).ToStream(),
                new BlobUploadOptions { Conditions = onlyIfAbsent ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null },
                cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (onlyIfAbsent && e.Status is 409 or 412)
        {
            return false;
        }
    }

    /// <summary>The blob's content, or null where there is no such blob.</summary>
    public static async Task<BinaryData?> ReadOrNullAsync(this BlobBaseClient blob, CancellationToken cancellationToken = default)
    {
        try
        {
            BlobDownloadResult result = await blob.DownloadContentAsync(cancellationToken);
            return result.Content;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>The blob, to be read as it comes; null where there is no such blob.</summary>
    public static async Task<Stream?> OpenOrNullAsync(this BlobBaseClient blob, CancellationToken cancellationToken = default)
    {
        try
        {
            return await blob.OpenReadAsync(new BlobOpenReadOptions(false) { BufferSize = BlockSize }, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>
    /// Streams <paramref name="source"/> into the blob in blocks of 4 MiB; the blob appears only when all of it is there.
    /// Memory: one block.
    /// </summary>
    /// <returns>The number of bytes written.</returns>
    public static async Task<long> WriteStreamAsync(this BlockBlobClient blob, Stream source, CancellationToken cancellationToken = default)
    {
        var (blocks, bytes) = await blob.StageStreamAsync(source, long.MaxValue, cancellationToken);
        await blob.CommitBlockListAsync(blocks, cancellationToken: cancellationToken);
        return bytes;
    }

    /// <summary>Stages <paramref name="source"/> in blocks of 4 MiB, to be committed by the caller. Memory: one block.</summary>
    /// <returns>The blocks and the bytes in them; more than <paramref name="mostBytes"/> when the source is longer than that, and the rest
    /// is not read.</returns>
    public static async Task<(IReadOnlyList<string> Blocks, long Bytes)> StageStreamAsync(
        this BlockBlobClient blob, Stream source, long mostBytes, CancellationToken cancellationToken = default)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            var blocks = new List<string>();
            long total = 0;
            int read;
            while (
                total <= mostBytes
                    && (read = await source.ReadAtLeastAsync(
                        buffer.AsMemory(0, BlockSize), BlockSize, throwOnEndOfStream: false, cancellationToken)) > 0)
            {
                var id = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{blocks.Count:D6}"));
                await blob.StageBlockAsync(id, new MemoryStream(buffer, 0, read), cancellationToken: cancellationToken);
                blocks.Add(id);
                total += read;
            }

            return (blocks, total);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
