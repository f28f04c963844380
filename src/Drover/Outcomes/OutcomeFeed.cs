using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Json;
using Drover.Storage;

namespace Drover.Outcomes;

/// <summary>A batch's outcomes in the order in which a reader finds them, from any position on.</summary>
/// <remarks>The outcome blobs are all there is: a position says how many bytes of each have been read.</remarks>
public sealed class OutcomeFeed(ContainerLayout blobs)
{
    private const string InvalidName = "invalid";

    /// <summary>The outcomes after a position that there are now; all of them, where some were taken back since.</summary>
    public async IAsyncEnumerable<FeedItem> ReadAsync(
        string batchId, FeedPosition from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var edition = (await blobs.Edition(batchId).ReadOrNullAsync(cancellationToken))?.ToString() ?? "";
        from = from.Edition == edition ? from : FeedPosition.Start with { Edition = edition };
        var results = await ListAsync(ContainerLayout.ResultsPrefix(batchId), cancellationToken);
        var errors = await ListAsync(ContainerLayout.ErrorsPrefix(batchId), cancellationToken);
        var (done, invalid, open) = (from.Done, from.Invalid, from.Open.ToDictionary());
        if (errors.TryGetValue(InvalidName, out var invalidLines))
        {
            await foreach (var (line, end) in LinesAsync(invalidLines, invalid, cancellationToken))
            {
                invalid = end;
                yield return Item(line);
            }
        }

        foreach (
            var shard in results.Keys.Union(errors.Keys).Where(n => n != InvalidName)
                .Select(n => int.Parse(n, CultureInfo.InvariantCulture)).Order().Where(s => s >= from.Done))
        {
            var name = shard.ToString("D5", CultureInfo.InvariantCulture);
            results.TryGetValue(name, out var good);
            errors.TryGetValue(name, out var bad);
            await foreach (var (line, end) in LinesAsync(good, open.GetValueOrDefault(shard).Results, cancellationToken))
            {
                open[shard] = open.GetValueOrDefault(shard) with { Results = end };
                yield return Item(line);
            }

            await foreach (var (line, end) in LinesAsync(bad, open.GetValueOrDefault(shard).Errors, cancellationToken))
            {
                open[shard] = open.GetValueOrDefault(shard) with { Errors = end };
                yield return Item(line);
            }

            if (shard == done && SettledMark.Read(good?.Metadata, LengthOf(good), LengthOf(bad)) is not null)
            {
                open.Remove(shard);
                done++;
            }
        }

        FeedItem Item(ReadOnlyMemory<byte> line) => new(line, new FeedPosition(done, invalid, open.ToDictionary()) { Edition = edition });
    }

    private async Task<Dictionary<string, BlobItem>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, BlobItem>();
        await foreach (var blob in blobs.Container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, prefix, cancellationToken))
        {
            found[Path.GetFileNameWithoutExtension(blob.Name)] = blob;
        }

        return found;
    }

    private async IAsyncEnumerable<(ReadOnlyMemory<byte> Line, long End)> LinesAsync(
        BlobItem? blob, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (LengthOf(blob) <= from)
        {
            yield break;
        }

        BlobDownloadResult content = await blobs.Container.GetBlobClient(blob!.Name).DownloadContentAsync(
            new BlobDownloadOptions { Range = new HttpRange(from, LengthOf(blob) - from) }, cancellationToken);
        var text = content.Content.ToMemory();
        foreach (var (offset, line) in Lines.Of(text))
        {
            var next = text.Span[offset..].IndexOf((byte)'\n');
            yield return (line, from + (next < 0 ? text.Length : offset + next + 1));
        }
    }

    private static long LengthOf(BlobItem? blob) => blob?.Properties.ContentLength ?? 0;
}
