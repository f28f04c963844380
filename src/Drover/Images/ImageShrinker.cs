using Microsoft.Extensions.Logging;

namespace Drover.Images;

/// <summary>
/// Shrinks images and makes unusual ones usual, a few at a time. Without libvips they go as they are, and one warning says so.
/// </summary>
internal sealed class ImageShrinker(VisionOptions options, Func<bool> hasLibrary, ILogger<ImageShrinker> logger)
{
    private readonly SemaphoreSlim _decodes = new(options.Decodes == 0 ? Environment.ProcessorCount : options.Decodes);
    private int _warned;

    public async Task<PreparedImage> ShrinkAsync(ReadOnlyMemory<byte> file, ImageHeader header, CancellationToken cancellationToken)
    {
        if (!hasLibrary())
        {
            if (Interlocked.Exchange(ref _warned, 1) == 0)
            {
                ImageLog.NoLibrary(logger);
            }

            return header.IsWhole ? new PreparedImage(file, header.Kind) : Truncated(header.Kind, file.Length);
        }

        await _decodes.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Make(file, header.IsWhole), CancellationToken.None) is { } jpeg
                ? new PreparedImage(jpeg, ImageKind.Jpeg)
                : header.IsWhole
                ? new ImageFault("image_unreadable", $"The {NameOf(header.Kind)} file cannot be decoded.")
                : Truncated(header.Kind, file.Length);
        }
        finally
        {
            _decodes.Release();
        }
    }

    /// <summary>The fault of a file that ends too early.</summary>
    public static ImageFault Truncated(ImageKind kind, int length) =>
        new("image_truncated", $"The {NameOf(kind)} file of {length:N0} bytes ends before its end mark.");

    private byte[]? Make(ReadOnlyMemory<byte> file, bool isWhole) => isWhole
        ? Thumbnail.Make(file, options.MaxWidth, options.MaxHeight, options.JpegQuality)
        : Thumbnail.MakeOfJpegWithoutEnd(file, options.MaxWidth, options.MaxHeight, options.JpegQuality);

    private static string NameOf(ImageKind kind) => kind.ToString().ToUpperInvariant();
}
