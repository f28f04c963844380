using System.Text.Encodings.Web;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Drover.Batches;
using Drover.Images;
using Drover.Intake;
using Drover.Json;
using Drover.Storage;

namespace Drover.Uploads;

/// <summary>The images that were uploaded and wait to become a batch.</summary>
/// <remarks>
/// A version of an image is a mark, in the batches' container: <c>image-uploads/pending/{key}</c> while it waits,
/// <c>image-uploads/taken/{key}</c> once it is in a batch. The batch is started only when all its marks say so; whatever
/// crashes in between, a version is in one started batch at the most.
/// </remarks>
public sealed class UploadedImages(
    ContainerLayout batches, ImageBlobs images, BatchStore store, BatchIntake intake, VisionOptions options, TimeProvider time)
{
    private const string PendingPrefix = "image-uploads/pending/";
    private const string TakenPrefix = "image-uploads/taken/";
    // Storage tells of an upload within a day.
    private static readonly TimeSpan MarksKept = TimeSpan.FromDays(30);

    private const int LongestPrompt = 32 * 1024;
    private const int Parallel = 16;

    /// <summary>Notes an image as it is now, unless this version was taken before.</summary>
    /// <returns>Whether it waits now.</returns>
    public async Task<bool> AddAsync(string name, CancellationToken cancellationToken)
    {
        if (name.EndsWith(ImageBlobs.PromptSuffix, StringComparison.OrdinalIgnoreCase)
            || await FindAsync(name, cancellationToken) is not { } image
            || await Taken(image).ExistsAsync(cancellationToken))
        {
            return false;
        }

        await Pending(image)
            .WriteAsync(JsonSerializer.SerializeToUtf8Bytes(image, UploadJson.Default.UploadedImage), cancellationToken: cancellationToken);
        return true;
    }

    /// <summary>Whether any image waits.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancellationToken) => (await ListAsync(1, cancellationToken)).Count > 0;

    /// <summary>Makes the waiting images a batch, unless more of them seem to be coming.</summary>
    /// <param name="batchId">The batch's id. Called again with the same, it finishes what was begun.</param>
    /// <param name="before">How many waited at the look before; when there are more now, it waits on.</param>
    /// <param name="isLast">Whether it waits no longer.</param>
    public async Task<Gathered> GatherAsync(string batchId, int before, bool isLast, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(batchId, cancellationToken) is not { } spec)
        {
            var waiting = await ListAsync(options.GatherItems, cancellationToken);
            if (waiting.Count == 0 || (waiting.Count > before && waiting.Count < options.GatherItems && !isLast))
            {
                return new Gathered(waiting.Count, false, options.GatherWindow);
            }

            var lines = await LinesAsync(waiting, cancellationToken);
            if (lines.Length == 0)
            {
                return new Gathered(0, false, options.GatherWindow);
            }

            spec = await intake.TakeAsync(
                new NewBatch { Id = batchId, Recipe = "vision", InputName = ImageBlobs.Images }, lines, cancellationToken);
        }

        var taken = await ReadAsync(spec, cancellationToken);
        await System.Threading.Tasks.Parallel.ForEachAsync(taken, Bounded(cancellationToken), async (image, token) =>
        {
            await Taken(image).WriteAsync(System.Text.Encoding.UTF8.GetBytes(batchId), cancellationToken: token);
            await Pending(image).DeleteIfExistsAsync(cancellationToken: token);
        });
        return new Gathered(taken.Count, true, options.GatherWindow);
    }

    /// <summary>Removes the marks of versions that were taken so long ago that nothing will tell of them any more.</summary>
    public async Task PurgeAsync(CancellationToken cancellationToken)
    {
        await foreach (var mark in batches.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, TakenPrefix, cancellationToken))
        {
            if (time.GetUtcNow() - mark.Properties.LastModified > MarksKept)
            {
                await batches.Container.DeleteBlobIfExistsAsync(mark.Name, cancellationToken: cancellationToken);
            }
        }
    }

    /// <summary>The images of a batch, from its input.</summary>
    internal async Task<IReadOnlyList<UploadedImage>> ReadAsync(BatchSpec spec, CancellationToken cancellationToken)
    {
        var input = await batches.ByName(spec.Input).ReadOrNullAsync(cancellationToken)
            ?? throw new BrokenBatchException($"The input '{spec.Input}' of batch '{spec.Id}' is not in storage any more.");
        return [.. Lines.Of(input.ToMemory()).Select(l => Recipes.Source.Read(l.Line)).Select(s => new UploadedImage(s.Image!, s.ETag!))];
    }

    private async Task<UploadedImage?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await images.Image(name).GetPropertiesAsync(cancellationToken: cancellationToken);
            return new UploadedImage(
                name, properties.ETag.ToString("H"),
                properties.Metadata.FirstOrDefault(m => m.Key.Equals("prompt", StringComparison.OrdinalIgnoreCase)).Value);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null; // Deleted meanwhile.
        }
    }

    private async Task<List<string>> ListAsync(int most, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var blob in batches.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, PendingPrefix, cancellationToken))
        {
            names.Add(blob.Name);
            if (names.Count == most)
            {
                break;
            }
        }

        return names;
    }

    private async Task<MemoryStream> LinesAsync(List<string> waiting, CancellationToken cancellationToken)
    {
        var lines = new byte[]?[waiting.Count];
        await System.Threading.Tasks.Parallel.ForEachAsync(
            Enumerable.Range(0, waiting.Count), Bounded(cancellationToken), async (i, token) =>
        {
            if (await batches.ByName(waiting[i]).ReadOrNullAsync(token) is not { } mark)
            {
                return;
            }

            var image = JsonSerializer.Deserialize(mark.ToMemory().Span, UploadJson.Default.UploadedImage)!;
            if (await Taken(image).ExistsAsync(token))
            {
                await Pending(image).DeleteIfExistsAsync(cancellationToken: token); // The trigger came twice.
                return;
            }

            lines[i] = LineOf(image, await PromptBesideAsync(image.Name, token) ?? image.Prompt);
        });

        var text = new MemoryStream();
        foreach (var line in lines.Where(l => l is not null))
        {
            text.Write(line);
            text.WriteByte((byte)'\n');
        }

        text.Position = 0;
        return text;
    }

    private async Task<string?> PromptBesideAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult prompt = await images.Prompt(name).DownloadContentAsync(
                new BlobDownloadOptions { Range = new HttpRange(0, LongestPrompt) }, cancellationToken);
            return prompt.Content.ToString().Trim() is { Length: > 0 } text ? text : null;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 416)
        {
            return null; // There is none, or it is empty.
        }
    }

    private static byte[] LineOf(UploadedImage image, string? question)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, image.ItemId);
            json.WriteString("image"u8, image.Name);
            json.WriteString("etag"u8, image.ETag);
            if (question is not null)
            {
                json.WriteString("question"u8, question);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static ParallelOptions Bounded(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken };

    private BlockBlobClient Pending(UploadedImage image) => batches.ByName(PendingPrefix + image.Key);

    private BlockBlobClient Taken(UploadedImage image) => batches.ByName(TakenPrefix + image.Key);
}
