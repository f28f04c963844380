using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Drover.Storage;

namespace Drover.Batches;

/// <summary>The outcomes of one shard as storage has them: its two append blobs, which are the checkpoint.</summary>
/// <remarks>
/// An item is done when, and only when, its line is in one of the two. Every append is conditional on the blob's length:
/// when two runs of one shard meet, the slower one's append is refused and it stops.
/// </remarks>
internal sealed class OutcomeLog
{
    /// <summary>The most bytes of one append, so the longest line: Azure Storage's limit for an append block.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    private readonly AppendBlobClient _results;
    private readonly AppendBlobClient _errors;
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private long _resultsLength = -1;
    private long _errorsLength = -1;

    private OutcomeLog(BatchBlobs blobs, string batchId, int shard) =>
        (_results, _errors) = (blobs.Results(batchId, shard), blobs.Errors(batchId, shard));

    /// <summary>The counts over the lines that are there.</summary>
    public Tally Tally { get; private set; } = Tally.Zero;

    /// <summary>Whether a mark says that all of the shard's items have outcomes.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Reads what is there.</summary>
    public static async Task<OutcomeLog> OpenAsync(BatchBlobs blobs, string batchId, int shard, CancellationToken cancellationToken)
    {
        var log = new OutcomeLog(blobs, batchId, shard);
        var (resultsLength, metadata) = await PropertiesAsync(log._results, cancellationToken);
        if (metadata?.ContainsKey(SettledMark.Key) == true)
        {
            var (errorsLength, _) = await PropertiesAsync(log._errors, cancellationToken);
            if (SettledMark.Read(metadata, resultsLength, Math.Max(0, errorsLength)) is { } mark)
            {
                (log.Tally, log.IsSettled) = (mark.Tally, true);
                return log;
            }
        }

        log._resultsLength = await log.ReadAsync(log._results, isErrors: false, cancellationToken);
        log._errorsLength = await log.ReadAsync(log._errors, isErrors: true, cancellationToken);
        return log;
    }

    /// <summary>Whether the item has its outcome.</summary>
    public bool Has(string id) => _ids.Contains(id);

    /// <summary>Appends lines to one of the two blobs.</summary>
    /// <exception cref="FencedException">Something else wrote to the blob, or storage was put back to an earlier state.</exception>
    public async Task AppendAsync(IReadOnlyList<PendingOutcome> outcomes, bool isErrors, CancellationToken cancellationToken)
    {
        for (var start = 0; start < outcomes.Count;)
        {
            var block = new MemoryStream();
            var end = start;
            while (end < outcomes.Count && (end == start || block.Length + outcomes[end].Line.Length <= MostBytes))
            {
                block.Write(outcomes[end++].Line);
            }

            await AppendBlockAsync(block, isErrors, cancellationToken);
            for (; start < end; start++)
            {
                _ids.Add(outcomes[start].ItemId);
                Tally += outcomes[start].Tally;
            }
        }
    }

    /// <summary>Marks the shard as settled: every item of it has its outcome.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (_resultsLength < 0)
        {
            await CreateAsync(_results, cancellationToken);
            _resultsLength = 0;
        }

        var mark = new SettledMark(_resultsLength, Math.Max(0, _errorsLength), Tally);
        await _results.SetMetadataAsync(
            new Dictionary<string, string> { [SettledMark.Key] = mark.ToText() }, cancellationToken: cancellationToken);
        IsSettled = true;
    }

    private async Task AppendBlockAsync(MemoryStream block, bool isErrors, CancellationToken cancellationToken)
    {
        var blob = isErrors ? _errors : _results;
        var length = isErrors ? _errorsLength : _resultsLength;
        if (length < 0)
        {
            await CreateAsync(blob, cancellationToken);
            length = 0;
        }

        try
        {
            block.Position = 0;
            await blob.AppendBlockAsync(
                block,
                new AppendBlobAppendBlockOptions { Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = length } },
                cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            // The append whose answer was lost is repeated and refused: then what is there is what we sent.
            if (!await HoldsAsync(blob, length, block, cancellationToken))
            {
                throw new FencedException($"'{blob.Name}' is not {length} bytes long, as it was left.", e);
            }
        }

        length += block.Length;
        if (isErrors)
        {
            _errorsLength = length;
        }
        else
        {
            _resultsLength = length;
        }
    }

    private async Task<long> ReadAsync(AppendBlobClient blob, bool isErrors, CancellationToken cancellationToken)
    {
        if (await blob.ReadOrNullAsync(cancellationToken) is not { } content)
        {
            return -1;
        }

        try
        {
            Tally += OutcomeReader.Read(content.ToMemory(), isErrors, _ids);
            return content.ToMemory().Length;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{blob.Name}' holds a line that is no outcome of ours.", e);
        }
    }

    private static async Task<bool> HoldsAsync(AppendBlobClient blob, long offset, MemoryStream block, CancellationToken cancellationToken)
    {
        var (length, _) = await PropertiesAsync(blob, cancellationToken);
        if (length != offset + block.Length)
        {
            return false;
        }

        BlobDownloadResult tail = await blob.DownloadContentAsync(
            new BlobDownloadOptions { Range = new HttpRange(offset, block.Length) }, cancellationToken);
        return tail.Content.ToMemory().Span.SequenceEqual(block.GetBuffer().AsSpan(0, (int)block.Length));
    }

    private static async Task CreateAsync(AppendBlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            await blob.CreateAsync(
                new AppendBlobCreateOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentType = "application/jsonl" },
                    Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All },
                },
                cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // It is there already; whether it is empty, the first append's condition tells.
        }
    }

    private static async Task<(long Length, IDictionary<string, string>? Metadata)> PropertiesAsync(AppendBlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
            return (properties.ContentLength, properties.Metadata);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (-1, null);
        }
    }
}
