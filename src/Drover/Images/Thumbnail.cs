using System.Runtime.InteropServices;
using NetVips;

namespace Drover.Images;

/// <summary>
/// Shrinks an image with libvips: one operation that loads (a JPEG or WebP smaller at once, where it can) and one that saves.
/// </summary>
/// <remarks>
/// Colours are brought to sRGB in between, where the image has a profile at all: of the small image, that costs a tenth of
/// what it costs the loading operation (<c>export_profile</c>), which does it for images without a profile too.
/// </remarks>
internal static class Thumbnail
{
    private static readonly double[] White = [255];

    /// <summary>A JPEG of the image within the given size, upright, without metadata, on white; null when it cannot be decoded.</summary>
    /// <exception cref="InvalidOperationException">There is no libvips (<see cref="VipsLibrary.IsThere"/>).</exception>
    public static byte[]? Make(ReadOnlyMemory<byte> file, int width, int height, int quality) =>
        Make(file, width, height, quality, failsOn: "truncated");

    /// <summary>The same of a JPEG without its end mark, if that is all that it lacks.</summary>
    /// <remarks>With the mark put there, data that is missing before it is a warning of the decoder, and so a fault here.</remarks>
    /// <exception cref="InvalidOperationException">There is no libvips (<see cref="VipsLibrary.IsThere"/>).</exception>
    public static byte[]? MakeOfJpegWithoutEnd(ReadOnlyMemory<byte> file, int width, int height, int quality) =>
        Make((byte[])[.. file.Span, 0xFF, 0xD9], width, height, quality, failsOn: "warning");

    private static byte[]? Make(ReadOnlyMemory<byte> file, int width, int height, int quality, string failsOn)
    {
        if (!VipsLibrary.IsThere)
        {
            throw new InvalidOperationException("There is no libvips.");
        }

        try
        {
            using var source = Open(file);

            // The option is for the loader within: the operation's own fail_on does not reach it, and half an image would pass for one.
            using var small = Image.ThumbnailSource(source, width, $"fail_on={failsOn}", height, Enums.Size.Down);
            using var image = InSrgb(small);
            using var usual = Usual(image ?? small);
            return (usual ?? image ?? small).JpegsaveBuffer(quality, keep: Enums.ForeignKeep.None, background: White);
        }
        catch (VipsException)
        {
            return null;
        }
    }

    /// <summary>An array is read where it lies; a part of one is copied.</summary>
    private static Source Open(ReadOnlyMemory<byte> file) =>
        MemoryMarshal.TryGetArray(file, out var part) && part.Array is { } whole && part.Count == whole.Length
            ? Source.NewFromMemory(whole)
            : Source.NewFromMemory(file.Span);

    /// <summary>The image in sRGB or grey of 8 bits; null where it is that already.</summary>
    private static Image? Usual(Image image)
    {
        if (image.Format == Enums.BandFormat.Uchar && image.Interpretation is Enums.Interpretation.Srgb or Enums.Interpretation.Bw)
        {
            return null;
        }

        using var rgb = image.Colourspace(Enums.Interpretation.Srgb);
        return rgb.Cast(Enums.BandFormat.Uchar);
    }

    /// <summary>The image in sRGB; null where it has no profile, or one that makes no sense, which is left alone.</summary>
    private static Image? InSrgb(Image image)
    {
        try
        {
            return image.Contains("icc-profile-data") ? image.IccTransform("srgb", embedded: true) : null;
        }
        catch (VipsException)
        {
            return null;
        }
    }
}
