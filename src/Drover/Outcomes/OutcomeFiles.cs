using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Json;
using Drover.Storage;

namespace Drover.Outcomes;

/// <summary>A batch's results or errors as one JSONL text, readable at any moment.</summary>
public sealed class OutcomeFiles(ContainerLayout blobs)
{
    /// <summary>Copies all result lines there are to <paramref name="output"/>.</summary>
    public Task CopyResultsAsync(string batchId, Stream output, CancellationToken cancellationToken) =>
        CopyAsync(ContainerLayout.ResultsPrefix(batchId), output, cancellationToken);

    /// <summary>Copies all error lines there are, those of invalid lines too.</summary>
    public Task CopyErrorsAsync(string batchId, Stream output, CancellationToken cancellationToken) =>
        CopyAsync(ContainerLayout.ErrorsPrefix(batchId), output, cancellationToken);

    /// <summary>The bytes of all result lines there are.</summary>
    public Task<long> ResultsLengthAsync(string batchId, CancellationToken cancellationToken) =>
        LengthAsync(ContainerLayout.ResultsPrefix(batchId), cancellationToken);

    /// <summary>The bytes of all error lines there are.</summary>
    public Task<long> ErrorsLengthAsync(string batchId, CancellationToken cancellationToken) =>
        LengthAsync(ContainerLayout.ErrorsPrefix(batchId), cancellationToken);

    /// <summary>The errors that there are, grouped by their code; those of invalid lines too.</summary>
    public async Task<ErrorSummary> SummariseErrorsAsync(string batchId, CancellationToken cancellationToken)
    {
        var summary = new ErrorSummary();
        await AddErrorsAsync(batchId, summary, new Dictionary<string, long>(StringComparer.Ordinal), cancellationToken);
        return summary;
    }

    /// <summary>Adds the errors that have come since.</summary>
    /// <param name="read">How far each blob was read; it is brought up to date.</param>
    public async Task AddErrorsAsync(
        string batchId, ErrorSummary summary, IDictionary<string, long> read, CancellationToken cancellationToken)
    {
        await foreach (var line in LinesAsync(ContainerLayout.ErrorsPrefix(batchId), read, cancellationToken))
        {
            summary.Add(line);
        }
    }

    /// <summary>The ids of the items whose error goes by that code: ours, the API's own, or its HTTP status.</summary>
    public async IAsyncEnumerable<string> ErrorIdsAsync(
        string batchId, string code, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var read = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var line in LinesAsync(ContainerLayout.ErrorsPrefix(batchId), read, cancellationToken))
        {
            var (id, codes, _) = OutcomeLine.ReadError(line);
            if (codes.Contains(code, StringComparer.OrdinalIgnoreCase))
            {
                yield return id;
            }
        }
    }

    /// <summary>What the call of each item of some batches cost, in US dollars, as its outcome says.</summary>
    public async IAsyncEnumerable<KeyValuePair<string, decimal>> CostsAsync(
        IEnumerable<string> batchIds, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var prefix in batchIds.SelectMany(id => new[] { ContainerLayout.ResultsPrefix(id), ContainerLayout.ErrorsPrefix(id) }))
        {
            await foreach (var line in LinesAsync(prefix, new Dictionary<string, long>(StringComparer.Ordinal), cancellationToken))
            {
                yield return OutcomeLine.ReadCost(line.Span);
            }
        }
    }

    /// <summary>All result lines there are; a line is valid until the next is asked for.</summary>
    internal IAsyncEnumerable<ReadOnlyMemory<byte>> ResultLinesAsync(string batchId, CancellationToken cancellationToken) => LinesAsync(
        ContainerLayout.ResultsPrefix(batchId), new Dictionary<string, long>(StringComparer.Ordinal), cancellationToken);

    // A line is valid until the next is asked for.
    private async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync(
        string prefix, IDictionary<string, long> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var blob in blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            var from = read.TryGetValue(blob.Name, out var before) ? before : 0;
            if (blob.Properties.ContentLength is not { } length || length <= from)
            {
                continue;
            }

            // Blocks are whole lines.
            BlobDownloadStreamingResult download = await blobs.Container.GetBlobClient(blob.Name).DownloadStreamingAsync(
                new BlobDownloadOptions { Range = new HttpRange(from, length - from) }, cancellationToken);
            await using var content = download.Content;
            using var lines = new LineReader(content, OutcomeLog.MostBytes);
            while (await lines.ReadAsync(cancellationToken))
            {
                if (lines.Line.Length > 0)
                {
                    yield return lines.Line;
                }
            }

            read[blob.Name] = length;
        }
    }

    private async Task<long> LengthAsync(string prefix, CancellationToken cancellationToken)
    {
        long length = 0;
        await foreach (var blob in blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            length += blob.Properties.ContentLength ?? 0;
        }

        return length;
    }

    private async Task CopyAsync(string prefix, Stream output, CancellationToken cancellationToken)
    {
        await foreach (var blob in blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            if (blob.Properties.ContentLength is null or 0)
            {
                continue;
            }

            // Blocks are whole lines, so a blob that grows meanwhile is still whole lines.
            BlobDownloadStreamingResult download = await blobs.Container.GetBlobClient(blob.Name)
                .DownloadStreamingAsync(
                    new BlobDownloadOptions { Range = new HttpRange(0, blob.Properties.ContentLength) }, cancellationToken);
            await using var content = download.Content;
            await content.CopyToAsync(output, cancellationToken);
        }
    }
}
