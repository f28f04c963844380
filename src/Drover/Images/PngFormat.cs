using System.Buffers.Binary;

namespace Drover.Images;

/// <summary>Walks the chunks of a PNG file (ISO/IEC 15948, section 5).</summary>
internal static class PngFormat
{
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static ImageHeader? Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 24 || !file[12..].StartsWith("IHDR"u8))
        {
            return null;
        }

        var width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]);
        var height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        return width is 0 or > int.MaxValue || height is 0 or > int.MaxValue
            ? null
            : new ImageHeader(ImageKind.Png, (int)width, (int)height, GoesToItsEnd(file));
    }

    private static bool GoesToItsEnd(ReadOnlySpan<byte> file)
    {
        // A chunk: length, type, data, checksum.
        for (long at = Signature.Length; at + 12 <= file.Length;)
        {
            var chunk = file[(int)at..];
            at += 12L + BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (chunk[4..].StartsWith("IEND"u8))
            {
                return true;
            }
        }

        return false;
    }
}
