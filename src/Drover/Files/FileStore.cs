using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Drover.Batches;
using Drover.Outcomes;
using Drover.Storage;

namespace Drover.Files;

/// <summary>The files of the OpenAI surface.</summary>
/// <remarks>
/// One blob under <c>files/</c> is one file: its content, and in its metadata all else, so that there is no second record that
/// could disagree. A batch's outcomes are not copied: they are files by their ids, and once the batch has ended empty blobs list them.
/// A file that was deleted or has expired is gone at once for every client; its content goes a while later
/// (<see cref="PurgeAsync"/>), since a batch that was made from it may still run.
/// </remarks>
public sealed class FileStore(ContainerLayout blobs, BatchStore batches, OutcomeFiles outcomes, BatchOptions options, TimeProvider time)
{
    /// <summary>Begins to take a file in.</summary>
    /// <param name="key">The name of the caller's key, whose file it will be; null for none.</param>
    public FileUpload Begin(string? key = null)
    {
        var now = time.GetUtcNow();
        var id = FileId.New(now);
        return new FileUpload(id, key, now, blobs.ByName(FileId.UploadedBlob(id)!));
    }

    /// <summary>The file of that id, or null where there is none (any more).</summary>
    public async Task<StoredFile?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var file = FileId.UploadedBlob(id) is { } blob ? await ReadAsync(blob, cancellationToken)
            : FileId.BatchFileOf(id) is var (kind, batchId) ? await FindOfBatchAsync(kind, batchId, cancellationToken)
            : null;
        return file?.GoneFor(time.GetUtcNow()) is null ? file : null;
    }

    /// <summary>
    /// The files, newest first or oldest first, those of batches that have ended among them; with <paramref name="after"/>, those beyond
    /// that one.
    /// </summary>
    public async IAsyncEnumerable<StoredFile> ListAsync(
        string? after, bool oldestFirst, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var start = after is null ? null : await EntryOfAsync(after, cancellationToken);
        var entries = blobs.Container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, FileId.Prefix, cancellationToken);
        await foreach (var item in oldestFirst ? entries.Reverse() : entries)
        {
            var isBeyond = start is null || (string.CompareOrdinal(item.Name, start) is var order && (oldestFirst ? order < 0 : order > 0));
            if (isBeyond
                && FileMetadata.Read(item.Name, item.Metadata, item.Properties.ContentLength ?? 0) is { } file && file.GoneFor(now) is null)
            {
                yield return file.Key is null && FileId.BatchFileOf(file.Id) is var (_, batchId)
                    ? file with { Key = (await batches.FindAsync(batchId, cancellationToken))?.Key } // Listed before files had one.
                    : file;
            }
        }
    }

    /// <summary>Copies a file's content. A batch's outcomes are copied as far as there are any.</summary>
    public async Task CopyAsync(StoredFile file, Stream output, CancellationToken cancellationToken)
    {
        switch (FileId.BatchFileOf(file.Id))
        {
            case (BatchFile.Results, var batchId):
                await outcomes.CopyResultsAsync(batchId, output, cancellationToken);
                break;
            case (BatchFile.Errors, var batchId):
                await outcomes.CopyErrorsAsync(batchId, output, cancellationToken);
                break;
            default:
                BlobDownloadStreamingResult download = await blobs.ByName(await ContentAsync(file, cancellationToken))
                    .DownloadStreamingAsync(cancellationToken: cancellationToken);
                await using (var content = download.Content)
                {
                    await content.CopyToAsync(output, cancellationToken);
                }

                break;
        }
    }

    /// <summary>The blob with the content of a file that is no batch's outcomes.</summary>
    public async Task<string> ContentAsync(StoredFile file, CancellationToken cancellationToken) =>
        FileId.UploadedBlob(file.Id) ?? (await batches.GetAsync(FileId.BatchFileOf(file.Id)!.Value.BatchId, cancellationToken)).Input;

    /// <summary>The id under which a batch's input is a file.</summary>
    public static string InputOf(BatchSpec batch) =>
        FileId.OfUploadedBlob(batch.GivenInput ?? batch.Input) ?? FileId.Of(BatchFile.Input, batch.Id);

    /// <summary>Takes a file away; a batch's outcomes stay in <c>/api/batches</c>, for they are its checkpoint.</summary>
    public async Task DeleteAsync(StoredFile file, CancellationToken cancellationToken)
    {
        var deleted = file with { DeletedAt = time.GetUtcNow() };
        if (FileId.UploadedBlob(file.Id) is { } blob)
        {
            await blobs.ByName(blob).SetMetadataAsync(FileMetadata.Of(deleted), cancellationToken: cancellationToken);
        }
        else if (FileId.BatchFileOf(file.Id) is var (kind, batchId))
        {
            await WriteEntryAsync(kind, await batches.GetAsync(batchId, cancellationToken), deleted, cancellationToken);
        }
    }

    /// <summary>Lists the outcomes of a batch that has ended among the files.</summary>
    public async Task PublishAsync(BatchSpec batch, Tally tally, long invalid, CancellationToken cancellationToken)
    {
        foreach (
            var (kind, count) in new[] { (BatchFile.Results, tally.Completed), (BatchFile.Errors, tally.Failed + tally.Unrun + invalid) })
        {
            var entry = await ReadAsync(FileId.EntryBlob(kind, batch), cancellationToken);
            if (count > 0 && entry?.DeletedAt is null)
            {
                await WriteEntryAsync(kind, batch, await OfBatchAsync(kind, batch, cancellationToken), cancellationToken);
            }
        }
    }

    /// <summary>Removes the content of files that have been gone for longer than any batch runs.</summary>
    /// <returns>How many were removed.</returns>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var (now, removed) = (time.GetUtcNow(), 0);
        await foreach (var item in blobs.Container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, FileId.Prefix, cancellationToken))
        {
            // The entry of a batch's file stays: without it the file would be found again.
            if (FileId.OfUploadedBlob(item.Name) is not null
                && FileMetadata.Read(item.Name, item.Metadata, 0)?.GoneFor(now) > options.CompletionWindow + TimeSpan.FromDays(1))
            {
                await blobs.Container.DeleteBlobIfExistsAsync(item.Name, cancellationToken: cancellationToken);
                removed++;
            }
        }

        return removed;
    }

    private async Task<string?> EntryOfAsync(string id, CancellationToken cancellationToken) =>
        FileId.UploadedBlob(id)
        ?? (FileId.BatchFileOf(id) is var (kind, batchId) && await batches.FindAsync(batchId, cancellationToken) is { } batch
            ? FileId.EntryBlob(kind, batch)
            : null);

    private async Task<StoredFile?> FindOfBatchAsync(BatchFile kind, string batchId, CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(batchId, cancellationToken) is not { } batch)
        {
            return null;
        }

        var entry = kind == BatchFile.Input ? null : await ReadAsync(FileId.EntryBlob(kind, batch), cancellationToken);
        return (entry ?? await OfBatchAsync(kind, batch, cancellationToken)) with { Key = batch.Key };
    }

    private async Task<StoredFile> OfBatchAsync(BatchFile kind, BatchSpec batch, CancellationToken cancellationToken) => new()
    {
        Id = FileId.Of(kind, batch.Id),
        Purpose = kind == BatchFile.Input ? "batch" : "batch_output",
        Name = kind == BatchFile.Input
            ? batch.InputName ?? $"{batch.Id}_input.jsonl"
            : $"{batch.Id}_{(kind == BatchFile.Results ? "output" : "error")}.jsonl",
        Bytes = kind switch
        {
            BatchFile.Results => await outcomes.ResultsLengthAsync(batch.Id, cancellationToken),
            BatchFile.Errors => await outcomes.ErrorsLengthAsync(batch.Id, cancellationToken),
            _ => (await OutcomeBlob.PeekAsync(blobs.Container.GetAppendBlobClient(batch.Input), cancellationToken)).Length,
        },
        CreatedAt = batch.CreatedAt,
        Key = batch.Key,
        ExpiresAt = kind != BatchFile.Input && batch.OutputLifetime is { } lifetime ? batch.CreatedAt + lifetime : null,
    };

    private async Task<StoredFile?> ReadAsync(string blob, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blobs.ByName(blob).GetPropertiesAsync(cancellationToken: cancellationToken);
            return FileMetadata.Read(blob, properties.Metadata, properties.ContentLength);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private Task WriteEntryAsync(BatchFile kind, BatchSpec batch, StoredFile file, CancellationToken cancellationToken) =>
        blobs.ByName(FileId.EntryBlob(kind, batch)).UploadAsync(
            Stream.Null, new BlobUploadOptions { Metadata = FileMetadata.Of(file) }, cancellationToken);
}
