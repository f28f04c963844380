using System.Buffers.Binary;

namespace Drover.Images;

/// <summary>Reads from Exif metadata how an image is to be turned (TIFF 6.0, section 2; the tag is 0x0112).</summary>
internal static class ExifFormat
{
    private const ushort Orientation = 0x0112;

    /// <summary>Whether the metadata says that the image does not stand upright as it is stored.</summary>
    /// <param name="exif">The metadata, with or without the name that goes before it in a JPEG.</param>
    public static bool IsTurned(ReadOnlySpan<byte> exif)
    {
        if (exif.StartsWith("Exif\0\0"u8))
        {
            exif = exif[6..];
        }

        var isLittle = exif.StartsWith("II"u8);
        if (exif.Length < 8 || (!isLittle && !exif.StartsWith("MM"u8)))
        {
            return false;
        }

        var at = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        if (at > exif.Length - 2)
        {
            return false;
        }

        var count = Number(exif[(int)at..], isLittle);
        var entries = exif[((int)at + 2)..];
        for (; count > 0 && entries.Length >= 12; count--, entries = entries[12..])
        {
            if (Number(entries, isLittle) == Orientation)
            {
                return Number(entries[8..], isLittle) is >= 2 and <= 8;
            }
        }

        return false;
    }

    private static ushort Number(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
