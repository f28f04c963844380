using Microsoft.Extensions.Logging;

namespace Drover.Images;

/// <summary>Shrinks images, a few at a time. Without libvips they go as they are, and one warning says so.</summary>
internal sealed class ImageShrinker(VisionOptions options, Func<bool> hasLibrary, ILogger<ImageShrinker> logger)
{
    private readonly SemaphoreSlim _decodes = new(options.Decodes == 0 ? Environment.ProcessorCount : options.Decodes);
    private int _warned;

    public async Task<PreparedImage> ShrinkAsync(ReadOnlyMemory<byte> file, ImageKind kind, CancellationToken cancellationToken)
    {
        if (!hasLibrary())
        {
            if (Interlocked.Exchange(ref _warned, 1) == 0)
            {
                ImageLog.NoLibrary(logger);
            }

            return new PreparedImage(file, kind);
        }

        await _decodes.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(
                () => Thumbnail.Make(file, options.MaxWidth, options.MaxHeight, options.JpegQuality), CancellationToken.None) is { } jpeg
                ? new PreparedImage(jpeg, ImageKind.Jpeg)
                : new ImageFault("image_unreadable", $"The {kind.ToString().ToUpperInvariant()} file cannot be decoded.");
        }
        finally
        {
            _decodes.Release();
        }
    }
}
