using Drover.Images;
using NetVips;

namespace Drover.Tests.Images;

/// <summary>Images that libvips makes for the tests: noise and shapes, which compress about as badly as photographs do.</summary>
internal static class TestImages
{
    /// <summary>A PNG of a few pixels.</summary>
    public static byte[] Small { get; } = Pictures.Png(3, 2, 1);

    /// <summary>An image of that size.</summary>
    /// <param name="saver">The libvips operation that writes it, such as <c>jpegsave_buffer</c>.</param>
    public static byte[] Make(int width, int height, string saver = "jpegsave_buffer", string arguments = "")
    {
        Assert.SkipUnless(VipsLibrary.IsThere, "There is no libvips here.");
        using var noise = Image.Gaussnoise(width, height, sigma: 40, mean: 128);
        using var image = noise.Cast(Enums.BandFormat.Uchar);
        return Assert.IsType<byte[]>(Operation.Call(saver, new VOption { { "string_options", arguments } }, matchImage: image));
    }

    /// <summary>A JPEG that says it is to be turned by 90° (Exif orientation 6), as a telephone held upright writes.</summary>
    public static byte[] Turned(byte[] jpeg) =>
    [
        0xFF, 0xD8, 0xFF, 0xE1, 0x00, 0x22, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0,
        0, 0, .. jpeg.AsSpan(2),
    ];
}
