using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Images;
using Drover.Json;
using Drover.Outcomes;
using Drover.Storage;

namespace Drover.Uploads;

/// <summary>Lays the outcome of each uploaded image beside it, as <c>image-results/{name}.json</c>.</summary>
public sealed class ImageResults(ContainerLayout batches, BatchStore store, UploadedImages uploads, ImageBlobs images)
{
    private const int Parallel = 16;

    /// <summary>Writes what is new among a batch's outcomes.</summary>
    /// <param name="done">How many lines of each outcome blob were written before.</param>
    /// <returns>How many lines of each outcome blob are written now.</returns>
    public async Task<IReadOnlyDictionary<string, int>> WriteAsync(
        string batchId, IReadOnlyDictionary<string, int> done, CancellationToken cancellationToken)
    {
        var known = (await uploads.ReadAsync(await store.GetAsync(batchId, cancellationToken), cancellationToken))
            .ToDictionary(i => i.ItemId);
        await images.ResultContainer.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var now = new Dictionary<string, int>(done);
        foreach (var prefix in new[] { ContainerLayout.ResultsPrefix(batchId), ContainerLayout.ErrorsPrefix(batchId) })
        {
            await foreach (var blob in batches.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
            {
                var lines = Lines.Of(
                    (await batches.ByName(blob.Name).ReadOrNullAsync(cancellationToken) ?? BinaryData.Empty).ToMemory()).ToList();
                await System.Threading.Tasks.Parallel.ForEachAsync(
                    lines.Skip(now.GetValueOrDefault(blob.Name)),
                    new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
                    async (line, token) => await WriteAsync(batchId, known, line.Line, token));
                now[blob.Name] = lines.Count;
            }
        }

        return now;
    }

    private async Task WriteAsync(
        string batchId, Dictionary<string, UploadedImage> known, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        var outcome = OutcomeLine.Read(line);
        if (known.TryGetValue(outcome.ItemId, out var image)
            && await IsStillThatAsync(image, cancellationToken))
        {
            await images.Result(image.Name)
                .WriteAsync(ImageResult.Of(batchId, image, outcome), cancellationToken: cancellationToken);
        }
    }

    // A newer version has an outcome of its own, which this one must not replace. What was deleted keeps its outcome.
    private async Task<bool> IsStillThatAsync(UploadedImage image, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await images.Image(image.Name).GetPropertiesAsync(cancellationToken: cancellationToken);
            return properties.ETag.ToString("H") == image.ETag;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return true;
        }
    }
}
