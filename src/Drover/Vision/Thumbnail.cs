using System.Globalization;
using System.Runtime.InteropServices;

namespace Drover.Vision;

/// <summary>Shrinks an image with libvips: one operation that loads (a JPEG or WebP smaller at once, where it can) and one that saves.</summary>
internal static class Thumbnail
{
    /// <summary>A JPEG of the image within the given size, upright, without metadata, on white; null when it cannot be decoded.</summary>
    public static unsafe byte[]? Make(ReadOnlyMemory<byte> file, int width, int height, int quality)
    {
        using var pinned = file.Pin();
        var image = Load(pinned.Pointer, (nuint)file.Length, string.Create(
            CultureInfo.InvariantCulture, $"width={width},height={height},size=down,export_profile=srgb"));
        if (image == 0)
        {
            VipsNative.ClearError();
            return null;
        }

        try
        {
            var jpeg = Save(image, string.Create(CultureInfo.InvariantCulture, $"Q={quality},strip=true,background=255"));
            if (jpeg is null)
            {
                VipsNative.ClearError();
            }

            return jpeg;
        }
        finally
        {
            VipsNative.UnrefObject(image);
        }
    }

    private static unsafe nint Load(void* data, nuint length, string arguments)
    {
        var operation = VipsNative.NewOperation("thumbnail_buffer");
        try
        {
            var blob = VipsNative.NewBlob(0, data, length);
            var value = default(VipsNative.GValue);
            VipsNative.InitValue(ref value, VipsNative.BlobType());
            VipsNative.SetBoxed(ref value, blob);
            VipsNative.SetProperty(operation, "buffer", value);
            VipsNative.UnsetValue(ref value);
            VipsNative.UnrefArea(blob);

            // For the loader within: the operation's own fail_on does not reach it, and half an image would pass for one.
            VipsNative.InitValue(ref value, VipsNative.StringType);
            VipsNative.SetString(ref value, "fail_on=truncated");
            VipsNative.SetProperty(operation, "option_string", value);
            VipsNative.UnsetValue(ref value);
            if (VipsNative.SetFromString(operation, arguments) != 0 || VipsNative.Build(operation) != 0)
            {
                return 0;
            }

            // The value holds a reference of its own to the image, which is the caller's from here.
            VipsNative.InitValue(ref value, VipsNative.ImageType());
            VipsNative.GetProperty(operation, "out", ref value);
            return VipsNative.GetObject(value);
        }
        finally
        {
            VipsNative.UnrefOutputs(operation);
            VipsNative.UnrefObject(operation);
        }
    }

    private static unsafe byte[]? Save(nint image, string arguments)
    {
        var operation = VipsNative.NewOperation("jpegsave_buffer");
        var value = default(VipsNative.GValue);
        try
        {
            VipsNative.InitValue(ref value, VipsNative.ImageType());
            VipsNative.SetObject(ref value, image);
            VipsNative.SetProperty(operation, "in", value);
            VipsNative.UnsetValue(ref value);
            if (VipsNative.SetFromString(operation, arguments) != 0 || VipsNative.Build(operation) != 0)
            {
                return null;
            }

            VipsNative.InitValue(ref value, VipsNative.BlobType());
            VipsNative.GetProperty(operation, "buffer", ref value);
            var data = VipsNative.GetBlob(VipsNative.GetBoxed(value), out var length);
            var jpeg = new byte[length];
            Marshal.Copy(data, jpeg, 0, jpeg.Length);
            VipsNative.UnsetValue(ref value);
            return jpeg;
        }
        finally
        {
            VipsNative.UnrefOutputs(operation);
            VipsNative.UnrefObject(operation);
        }
    }
}
