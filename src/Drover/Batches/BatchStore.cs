using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Json;
using Drover.Storage;

namespace Drover.Batches;

/// <summary>What is written of a batch besides its plan and its outcomes: the spec, the closing mark and the final record.</summary>
public sealed class BatchStore(ContainerLayout blobs)
{
    private const int MostCached = 1000;

    private readonly ConcurrentDictionary<string, BatchSpec> _specs = new(StringComparer.Ordinal);

    /// <summary>Writes the spec, unless there is one of that id; answers the one that counts.</summary>
    public async Task<(BatchSpec Spec, bool Created)> CreateAsync(BatchSpec spec, CancellationToken cancellationToken)
    {
        await blobs.IndexEntry(spec.Id, spec.CreatedAt).WriteAsync(default, cancellationToken: cancellationToken);
        var json = JsonSerializer.SerializeToUtf8Bytes(spec, BatchJson.Default.BatchSpec);
        if (await blobs.Spec(spec.Id).WriteAsync(json, onlyIfAbsent: true, cancellationToken))
        {
            return (Remember(spec), true);
        }

        return (await FindAsync(spec.Id, cancellationToken) ?? spec, false);
    }

    /// <summary>Makes another upstream the batch's.</summary>
    /// <param name="upstream">Its address, or <c>simulator</c>.</param>
    /// <param name="simulated">Whether its answers are made up; what was made up before stays so.</param>
    public async Task MoveAsync(string batchId, string upstream, bool simulated, CancellationToken cancellationToken)
    {
        var spec = await GetAsync(batchId, cancellationToken);
        spec = spec with { Upstream = upstream, Simulated = spec.Simulated || simulated };
        var json = JsonSerializer.SerializeToUtf8Bytes(spec, BatchJson.Default.BatchSpec);
        await blobs.Spec(batchId).WriteAsync(json, cancellationToken: cancellationToken);
        Remember(spec);
    }

    /// <summary>The spec of a batch, or null. Specs never change, so they are remembered.</summary>
    public async Task<BatchSpec?> FindAsync(string batchId, CancellationToken cancellationToken)
    {
        if (_specs.TryGetValue(batchId, out var known))
        {
            return known;
        }

        if (await blobs.Spec(batchId).ReadOrNullAsync(cancellationToken) is not { } content)
        {
            return null;
        }

        return Remember(JsonSerializer.Deserialize(content.ToMemory().Span, BatchJson.Default.BatchSpec)!);
    }

    /// <summary>Whether storage holds the spec now: it may have lost it since it was written.</summary>
    public async Task<bool> IsThereAsync(string batchId, CancellationToken cancellationToken) =>
        await blobs.Spec(batchId).ExistsAsync(cancellationToken);

    /// <summary>Makes the container if it is not there (any more).</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) =>
        blobs.Container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    /// <summary>The spec of a batch that must be there.</summary>
    public async Task<BatchSpec> GetAsync(string batchId, CancellationToken cancellationToken) =>
        await FindAsync(batchId, cancellationToken)
        ?? throw new BrokenBatchException($"Batch '{batchId}' has no spec in storage ({blobs.Spec(batchId).Name}).");

    /// <summary>The batches' specs, newest first, those after batch <paramref name="after"/>.</summary>
    /// <param name="idPrefix">How their ids begin.</param>
    public async IAsyncEnumerable<BatchSpec> ListAsync(
        string? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken,
        string idPrefix = "")
    {
        var last = after is null ? null : await FindAsync(after, cancellationToken);
        var start = last is null ? "" : ContainerLayout.IndexName(last.Id, last.CreatedAt);
        await foreach (
            var entry in blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, ContainerLayout.IndexPrefix, cancellationToken))
        {
            // An entry without a spec, or with an older one, is of a creation that did not come to its end or came second.
            if (string.CompareOrdinal(entry.Name, start) > 0
                && ContainerLayout.IdOfIndexEntry(entry.Name).StartsWith(idPrefix, StringComparison.Ordinal)
                && await FindAsync(ContainerLayout.IdOfIndexEntry(entry.Name), cancellationToken) is { } spec
                && ContainerLayout.IndexName(spec.Id, spec.CreatedAt) == entry.Name)
            {
                yield return spec;
            }
        }
    }

    /// <summary>Asks every run of the batch, wherever it is, to launch no more and to close its items.</summary>
    public Task CloseAsync(string batchId, string reason, CancellationToken cancellationToken) =>
        blobs.Closing(batchId).WriteAsync(Encoding.UTF8.GetBytes(reason), cancellationToken: cancellationToken);

    /// <summary>Why the batch is to be closed early: <c>cancelled</c>; or null.</summary>
    public async Task<string?> ClosingAsync(string batchId, CancellationToken cancellationToken) =>
        (await blobs.Closing(BatchSpec.RootOf(batchId)).ReadOrNullAsync(cancellationToken))?.ToString();

    /// <summary>When it was asked to close; null: never.</summary>
    public async Task<DateTimeOffset?> ClosingAtAsync(string batchId, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blobs.Closing(batchId).GetPropertiesAsync(cancellationToken: cancellationToken);
            return properties.LastModified;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Why lines of the batch's input are no items: the first of them.</summary>
    public async Task<IReadOnlyList<LineFault>> FindInvalidLinesAsync(string batchId, int most, CancellationToken cancellationToken)
    {
        if (await blobs.InvalidLines(batchId).ReadOrNullAsync(cancellationToken) is not { } content)
        {
            return [];
        }

        return [.. Lines.Of(content.ToMemory()).Take(most)
            .Select(l => JsonSerializer.Deserialize(l.Line.Span, BatchJson.Default.ErrorLine)!.Error)];
    }

    /// <summary>Gives a batch that goes on after it was stopped a new window.</summary>
    public Task RenewWindowAsync(string batchId, DateTimeOffset until, CancellationToken cancellationToken) =>
        blobs.Window(batchId)
            .WriteAsync(Encoding.ASCII.GetBytes(until.ToString("O", CultureInfo.InvariantCulture)), cancellationToken: cancellationToken);

    /// <summary>When the batch's items without an outcome expire; asks storage only once the time in the spec has come.</summary>
    public async Task<DateTimeOffset> ExpiresAtAsync(BatchSpec spec, DateTimeOffset now, CancellationToken cancellationToken) =>
        now >= spec.ExpiresAt && await blobs.Window(BatchSpec.RootOf(spec.Id)).ReadOrNullAsync(cancellationToken) is { } renewed
            ? DateTimeOffset.Parse(renewed.ToString(), CultureInfo.InvariantCulture)
            : spec.ExpiresAt;

    /// <summary>Takes the closing mark of a batch that has ended away; one that is written from now on counts.</summary>
    public Task UncloseAsync(string batchId, CancellationToken cancellationToken) =>
        blobs.Closing(batchId).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    /// <summary>
    /// Lets a batch that has ended go on: it has a new window and no final record, and readers of its outcomes begin anew.
    /// </summary>
    public async Task ReopenAsync(string batchId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await blobs.Edition(batchId)
            .WriteAsync(Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N")[..8]), cancellationToken: cancellationToken);
        await RenewWindowAsync(batchId, until, cancellationToken);
        await blobs.Final(batchId).DeleteIfExistsAsync(cancellationToken: cancellationToken);
    }

    public async Task WriteFinalAsync(string batchId, FinalRecord record, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        await blobs.Final(batchId).WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(record, BatchJson.Default.FinalRecord), cancellationToken: cancellationToken);
    }

    /// <summary>How the batch ended last, or null.</summary>
    public async Task<FinalRecord?> FindFinalAsync(string batchId, CancellationToken cancellationToken) =>
        await blobs.Final(batchId).ReadOrNullAsync(cancellationToken) is { } content
            ? JsonSerializer.Deserialize(content.ToMemory().Span, BatchJson.Default.FinalRecord)
            : null;

    private BatchSpec Remember(BatchSpec spec)
    {
        if (_specs.Count >= MostCached)
        {
            _specs.Clear();
        }

        return _specs[spec.Id] = spec;
    }
}
