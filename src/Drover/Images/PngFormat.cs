using System.Buffers.Binary;

namespace Drover.Images;

/// <summary>Walks the chunks of a PNG file (ISO/IEC 15948, section 5).</summary>
internal static class PngFormat
{
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static ImageHeader? Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 25 || !file[12..].StartsWith("IHDR"u8))
        {
            return null;
        }

        var width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]);
        var height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
        {
            return null;
        }

        var (isWhole, isUnusual) = Walk(file);
        return new ImageHeader(ImageKind.Png, (int)width, (int)height, isWhole) { IsUnusual = isUnusual || file[24] > 8 };
    }

    private static (bool GoesToItsEnd, bool IsUnusual) Walk(ReadOnlySpan<byte> file)
    {
        var isUnusual = false;
        // A chunk: length, type, data, checksum.
        for (long at = Signature.Length; at + 12 <= file.Length;)
        {
            var chunk = file[(int)at..];
            var length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            at += 12L + length;
            var type = chunk[4..8];
            if (type.SequenceEqual("IEND"u8))
            {
                return (true, isUnusual);
            }

            isUnusual |= type.SequenceEqual("acTL"u8) // Its frames are counted: it moves.
                || (type.SequenceEqual("eXIf"u8) && length <= chunk.Length - 8 && ExifFormat.IsTurned(chunk.Slice(8, (int)length)));
        }

        return (false, isUnusual);
    }
}
