using System.Globalization;
using Drover.Vision;

namespace Drover.Tests.Vision;

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
        var noise = Run("gaussnoise", string.Create(CultureInfo.InvariantCulture, $"width={width},height={height},mean=128,sigma=40"));
        var image = Run("cast", "format=uchar", noise);
        var operation = Operation(saver, arguments, image);
        var value = default(VipsNative.GValue);
        VipsNative.InitValue(ref value, VipsNative.BlobType());
        VipsNative.GetProperty(operation, "buffer", ref value);
        var data = VipsNative.GetBlob(VipsNative.GetBoxed(value), out var length);
        var file = new byte[length];
        System.Runtime.InteropServices.Marshal.Copy(data, file, 0, file.Length);
        VipsNative.UnsetValue(ref value);
        Free(operation);
        VipsNative.UnrefObject(image);
        VipsNative.UnrefObject(noise);
        return file;
    }

    /// <summary>A JPEG that says it is to be turned by 90° (Exif orientation 6), as a telephone held upright writes.</summary>
    public static byte[] Turned(byte[] jpeg) =>
    [
        0xFF, 0xD8, 0xFF, 0xE1, 0x00, 0x22, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, .. jpeg.AsSpan(2),
    ];

    private static nint Run(string name, string arguments, nint input = 0)
    {
        var operation = Operation(name, arguments, input);
        var value = default(VipsNative.GValue);
        VipsNative.InitValue(ref value, VipsNative.ImageType());
        VipsNative.GetProperty(operation, "out", ref value);
        var image = VipsNative.GetObject(value);
        Free(operation);
        return image;
    }

    private static nint Operation(string name, string arguments, nint input)
    {
        var operation = VipsNative.NewOperation(name);
        if (input != 0)
        {
            var value = default(VipsNative.GValue);
            VipsNative.InitValue(ref value, VipsNative.ImageType());
            VipsNative.SetObject(ref value, input);
            VipsNative.SetProperty(operation, "in", value);
            VipsNative.UnsetValue(ref value);
        }

        Assert.Equal(0, arguments.Length == 0 ? 0 : VipsNative.SetFromString(operation, arguments));
        Assert.Equal(0, VipsNative.Build(operation));
        return operation;
    }

    private static void Free(nint operation)
    {
        VipsNative.UnrefOutputs(operation);
        VipsNative.UnrefObject(operation);
    }
}
