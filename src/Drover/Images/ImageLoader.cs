using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Json;
using Drover.Storage;

namespace Drover.Images;

/// <summary>Loads an image from wherever a source says it is.</summary>
/// <remarks>
/// <c>https://…</c> or <c>http://…</c>: a URL. <c>data:…</c>: the image itself. Of a batch of the command line: a file, if there is one
/// of that path. Anything else: a blob of the container <c>images</c>.
/// </remarks>
internal sealed class ImageLoader(WebImages web, ImageBlobs blobs, VisionOptions options)
{
    /// <summary>So many files may be on their way in; more of them than are ever read at once stand still only where none opens.</summary>
    private const int MostStuck = 64;

    private int _stuck;

    /// <summary>Loads it.</summary>
    /// <param name="reference">Where it is.</param>
    /// <param name="etag">The version of the blob that is meant; null for whichever there is.</param>
    /// <param name="folder">The folder where a file of a relative path is looked for first; null: it names no files.</param>
    public async Task<Loaded> LoadAsync(string reference, string? etag, string? folder, CancellationToken cancellationToken)
    {
        if (reference.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return DataUrl.Read(reference, options.MaxBytes);
        }

        if (reference.Contains("://", StringComparison.Ordinal))
        {
            return Uri.TryCreate(reference, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? await web.LoadAsync(url, cancellationToken)
                : new ImageFault("image_reference", $"'{Excerpt.Of(reference, 120)}' is no http or https address.");
        }

        // Only a batch of this machine's own command line has a folder: what comes by HTTP learns nothing of its files.
        List<string> places = options.AllowFiles && folder is not null ? PlacesOf(reference, folder) : [];
        return places.Find(File.Exists) is { } path
            ? await LoadFileAsync(path, cancellationToken)
            : await LoadBlobAsync(reference, etag, places, cancellationToken);
    }

    /// <summary>Where a file may be: beside the input, then in the working directory.</summary>
    internal static List<string> PlacesOf(string path, string? folder) => path.Length == 0 || path.Contains('\0', StringComparison.Ordinal)
        ? []
        : [.. new[] { folder, Directory.GetCurrentDirectory() }.OfType<string>().Select(f => Path.GetFullPath(path, f)).Distinct()];

    // A pipe that nobody writes to, or a file on a mount that is away, may keep even the opening waiting for ever.
    private async Task<Loaded> LoadFileAsync(string path, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _stuck) >= MostStuck)
        {
            return new ImageFault(
                "image_unreachable", $"{MostStuck} files of this kind do not open; '{Excerpt.Of(path, 120)}' waits for them.", Passes: true);
        }

        Interlocked.Increment(ref _stuck);
        var loading = Task.Factory.StartNew(
            () => ReadAsync(path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        _ = loading.ContinueWith(
            _ => Interlocked.Decrement(ref _stuck), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        try
        {
            return await loading.WaitAsync(options.LoadTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            return new ImageFault(
                "image_timeout",
                $"The file '{Excerpt.Of(path, 120)}' did not open, or could not be read, within {options.LoadTimeout.TotalSeconds:0.#} s (Drover:Vision:LoadTimeout).");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return new ImageFault("image_forbidden", $"The file '{Excerpt.Of(path, 120)}' cannot be read: {e.Message}");
        }
    }

    private async Task<Loaded> ReadAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return await LimitedReading.ReadAsync(file, file.CanSeek ? file.Length : null, options.MaxBytes, CancellationToken.None);
    }

    private async Task<Loaded> LoadBlobAsync(
        string name, string? etag, List<string> places, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > 1024)
        {
            return new ImageFault("image_reference", $"'{Excerpt.Of(name, 120)}' names no blob: names have 1 to 1,024 characters.");
        }

        var notFound = new ImageFault(
            "image_not_found",
            $"There is no blob {ImageBlobs.Images}/{Excerpt.Of(name, 120)}{string.Concat(places.Select(p => $", nor a file {Excerpt.Of(p, 300)}"))}.");
        if (LeadsOutside(name))
        {
            return notFound;
        }

        try
        {
            var conditions = etag is null ? null : new BlobRequestConditions { IfMatch = new ETag(etag) };
            BlobDownloadStreamingResult blob = await blobs.Image(name).DownloadStreamingAsync(
                new BlobDownloadOptions { Conditions = conditions }, cancellationToken);
            using (blob)
            {
                return await LimitedReading.ReadAsync(blob.Content, blob.Details.ContentLength, options.MaxBytes, cancellationToken);
            }
        }
        catch (RequestFailedException e) when (e.Status is 404)
        {
            return notFound;
        }
        catch (RequestFailedException e) when (e.Status is 412)
        {
            return new ImageFault(
                "image_changed", $"The blob {ImageBlobs.Images}/{Excerpt.Of(name, 120)} was replaced or changed after it was uploaded.");
        }
        catch (RequestFailedException e) when (e.Status is 400 or 403)
        {
            return new ImageFault(
                "image_forbidden", $"Storage refuses the blob {ImageBlobs.Images}/{Excerpt.Of(name, 120)}: {e.ErrorCode}.");
        }
        catch (Exception e) when (StorageFailures.IsPassing(e) && !cancellationToken.IsCancellationRequested)
        {
            return new ImageFault("image_unreachable", "Storage does not answer.", Passes: true);
        }
    }

    // In an address, '..' would be the container beside this one.
    private static bool LeadsOutside(string name) => name.Split('/').Any(part => part is "." or "..");
}
