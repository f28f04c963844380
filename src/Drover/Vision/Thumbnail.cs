using System.Globalization;
using System.Runtime.InteropServices;

namespace Drover.Vision;

/// <summary>Shrinks an image with libvips: one operation that loads (a JPEG or WebP smaller at once, where it can) and one that saves.</summary>
/// <remarks>
/// Colours are brought to sRGB in between, where the image has a profile at all: of the small image, that costs a tenth of
/// what it costs the loading operation (<c>export_profile</c>), which does it for images without a profile too.
/// </remarks>
internal static class Thumbnail
{
    /// <summary>A JPEG of the image within the given size, upright, without metadata, on white; null when it cannot be decoded.</summary>
    public static unsafe byte[]? Make(ReadOnlyMemory<byte> file, int width, int height, int quality)
    {
        using var pinned = file.Pin();
        var image = Load(pinned.Pointer, (nuint)file.Length, string.Create(
            CultureInfo.InvariantCulture, $"width={width},height={height},size=down"));
        if (image == 0)
        {
            VipsNative.ClearError();
            return null;
        }

        try
        {
            image = InSrgb(image);
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

            return Output(operation);
        }
        finally
        {
            VipsNative.UnrefOutputs(operation);
            VipsNative.UnrefObject(operation);
        }
    }

    /// <summary>The image in sRGB, in the place of the one given; a profile that makes no sense is left alone.</summary>
    private static nint InSrgb(nint image)
    {
        if (VipsNative.TypeOfMetadata(image, "icc-profile-data") == 0)
        {
            return image;
        }

        var operation = WithInput("icc_transform", image);
        try
        {
            if (VipsNative.SetFromString(operation, "output_profile=srgb,embedded=true") != 0 || VipsNative.Build(operation) != 0)
            {
                VipsNative.ClearError();
                return image;
            }

            var transformed = Output(operation);
            VipsNative.UnrefObject(image);
            return transformed;
        }
        finally
        {
            VipsNative.UnrefOutputs(operation);
            VipsNative.UnrefObject(operation);
        }
    }

    private static byte[]? Save(nint image, string arguments)
    {
        var operation = WithInput("jpegsave_buffer", image);
        try
        {
            if (VipsNative.SetFromString(operation, arguments) != 0 || VipsNative.Build(operation) != 0)
            {
                return null;
            }

            var value = default(VipsNative.GValue);
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

    private static nint WithInput(string name, nint image)
    {
        var operation = VipsNative.NewOperation(name);
        var value = default(VipsNative.GValue);
        VipsNative.InitValue(ref value, VipsNative.ImageType());
        VipsNative.SetObject(ref value, image);
        VipsNative.SetProperty(operation, "in", value);
        VipsNative.UnsetValue(ref value);
        return operation;
    }

    // The value's own reference to the image is the caller's from here, so it is not unset.
    private static nint Output(nint operation)
    {
        var value = default(VipsNative.GValue);
        VipsNative.InitValue(ref value, VipsNative.ImageType());
        VipsNative.GetProperty(operation, "out", ref value);
        return VipsNative.GetObject(value);
    }
}
