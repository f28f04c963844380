namespace Drover.Images;

/// <summary>Makes an image ready to be sent: loads it, checks it, and shrinks it if it is large.</summary>
internal sealed class ImagePreparation(ImageLoader loader, ImageShrinker shrinker, VisionOptions options)
{
    /// <summary>Prepares the image.</summary>
    /// <param name="reference">A URL, a data URL, the name of a blob or, where that is allowed, the path of a file.</param>
    /// <param name="etag">The version of the blob that is meant; null for whichever there is.</param>
    public async Task<PreparedImage> PrepareAsync(string reference, string? etag, CancellationToken cancellationToken)
    {
        var loaded = await loader.LoadAsync(reference, etag, cancellationToken);
        if (loaded.Fault is { } fault)
        {
            return fault;
        }

        if (Check(loaded.Bytes.Span, out var header) is { } broken)
        {
            return broken;
        }

        if (header.Width <= options.MaxWidth && header.Height <= options.MaxHeight)
        {
            return new PreparedImage(loaded.Bytes, header.Kind);
        }

        return header.Pixels > options.MaxPixels
            ? new ImageFault(
                "image_too_large",
                $"The image has {header.Width:N0} × {header.Height:N0} pixels; the limit is {options.MaxPixels:N0} (Drover:Vision:MaxPixels).")
            : await shrinker.ShrinkAsync(loaded.Bytes, header.Kind, cancellationToken);
    }

    private static ImageFault? Check(ReadOnlySpan<byte> file, out ImageHeader header)
    {
        header = default;
        if (file.IsEmpty)
        {
            return new ImageFault("image_empty", "The image has no bytes.");
        }

        if (ImageHeader.KindOf(file) is not { } kind)
        {
            return new ImageFault("image_kind", "The file is not a JPEG, PNG, WebP or GIF: its first bytes tell, not its name.");
        }

        if (ImageHeader.Read(file) is not { IsWhole: true } whole)
        {
            return new ImageFault(
                "image_truncated", $"The {kind.ToString().ToUpperInvariant()} file of {file.Length:N0} bytes ends before its end mark.");
        }

        header = whole;
        return null;
    }
}
