namespace Drover.Images;

/// <summary>What the bytes of an image say of it, without decoding it.</summary>
/// <param name="Kind">Told by the first bytes, never by a name or a content type.</param>
/// <param name="Width">In pixels, as stored (before any orientation).</param>
/// <param name="Height">In pixels, as stored.</param>
/// <param name="IsWhole">Whether the file goes on to its own end mark.</param>
internal readonly record struct ImageHeader(ImageKind Kind, int Width, int Height, bool IsWhole)
{
    /// <summary>
    /// Whether it must be made anew to be seen as it is meant: it lies on its side, moves, or has other colours than RGB or grey of 8 bits.
    /// </summary>
    public bool IsUnusual { get; init; }

    public long Pixels => (long)Width * Height;

    /// <summary>Reads the header; null when the bytes are no image of a kind that models take, or end before their size.</summary>
    public static ImageHeader? Read(ReadOnlySpan<byte> file) => KindOf(file) switch
    {
        ImageKind.Jpeg => JpegFormat.Read(file),
        ImageKind.Png => PngFormat.Read(file),
        ImageKind.Webp => WebpFormat.Read(file),
        ImageKind.Gif => GifFormat.Read(file),
        _ => null,
    };

    /// <summary>The kind that the first bytes tell, or null.</summary>
    public static ImageKind? KindOf(ReadOnlySpan<byte> file) =>
        file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? ImageKind.Jpeg
        : file.StartsWith(PngFormat.Signature) ? ImageKind.Png
        : file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8) ? ImageKind.Gif
        : file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) ? ImageKind.Webp
        : null;
}
