namespace Drover.Images;

/// <summary>
/// Makes an image ready to be sent: loads it, checks it, and makes it anew if it is large or would not be seen as it is meant.
/// </summary>
internal sealed class ImagePreparation(ImageLoader loader, ImageShrinker shrinker, VisionOptions options)
{
    /// <summary>Prepares the image.</summary>
    /// <param name="reference">A URL, a data URL, the name of a blob or, where that is allowed, the path of a file.</param>
    /// <param name="etag">The version of the blob that is meant; null for whichever there is.</param>
    /// <param name="folder">The folder where a file of a relative path is looked for first; null: only the working directory.</param>
    public async Task<PreparedImage> PrepareAsync(string reference, string? etag, string? folder, CancellationToken cancellationToken)
    {
        var loaded = await loader.LoadAsync(reference, etag, folder, cancellationToken);
        if (loaded.Fault is { } fault)
        {
            return fault;
        }

        if (Check(loaded.Bytes.Span, out var header) is { } broken)
        {
            return broken;
        }

        if (header.IsWhole && !header.IsUnusual && header.Width <= options.MaxWidth && header.Height <= options.MaxHeight)
        {
            return new PreparedImage(loaded.Bytes, header.Kind);
        }

        return header.Pixels > options.MaxPixels
            ? new ImageFault(
                "image_too_large",
                $"The image has {header.Width:N0} × {header.Height:N0} pixels; the limit is {options.MaxPixels:N0} (Drover:Vision:MaxPixels).")
            : await shrinker.ShrinkAsync(loaded.Bytes, header, cancellationToken);
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

        // A JPEG that lacks nothing but its mark can be decoded.
        if (ImageHeader.Read(file) is not { } found || (!found.IsWhole && kind != ImageKind.Jpeg))
        {
            return ImageShrinker.Truncated(kind, file.Length);
        }

        header = found;
        return null;
    }
}
