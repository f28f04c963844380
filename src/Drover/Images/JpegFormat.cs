using System.Buffers.Binary;

namespace Drover.Images;

/// <summary>Walks the markers of a JPEG file (ITU-T T.81, annex B).</summary>
internal static class JpegFormat
{
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;
    private const byte Exif = 0xE1;
    private const byte CmykComponents = 4;

    public static ImageHeader? Read(ReadOnlySpan<byte> file)
    {
        int width = 0, height = 0;
        var isUnusual = false;
        var at = 2;
        while (NextMarker(file, ref at) is { } marker)
        {
            if (marker == EndOfImage)
            {
                return Header(width, height, isUnusual, isWhole: true);
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue; // These stand alone, without a segment.
            }

            if (at + 2 > file.Length)
            {
                break;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (IsStartOfFrame(marker) && at + 7 <= file.Length)
            {
                height = Math.Max(height, BinaryPrimitives.ReadUInt16BigEndian(file[(at + 3)..]));
                width = Math.Max(width, BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]));
                isUnusual |= file[at + 2] != 8 || (at + 8 <= file.Length && file[at + 7] == CmykComponents);
            }
            else if (marker == Exif && length >= 2 && at + length <= file.Length)
            {
                isUnusual |= ExifFormat.IsTurned(file[(at + 2)..(at + length)]);
            }

            at += Math.Max((int)length, 2);
            if (marker == StartOfScan)
            {
                SkipScan(file, ref at);
            }
        }

        return Header(width, height, isUnusual, isWhole: false);
    }

    // C0 to CF, but for tables (C4, CC) and an extension (C8).
    private static bool IsStartOfFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static ImageHeader? Header(int width, int height, bool isUnusual, bool isWhole) =>
        width > 0 && height > 0 ? new ImageHeader(ImageKind.Jpeg, width, height, isWhole) { IsUnusual = isUnusual } : null;

    private static byte? NextMarker(ReadOnlySpan<byte> file, ref int at)
    {
        var found = at < file.Length ? file[at..].IndexOf((byte)0xFF) : -1;
        if (found < 0)
        {
            return null;
        }

        at += found;
        while (at < file.Length && file[at] == 0xFF)
        {
            at++; // Any number of FF may go before a marker.
        }

        return at < file.Length ? file[at++] : null;
    }

    // Within a scan FF 00 is data and FF D0 to D7 are restarts; any other marker ends it.
    private static void SkipScan(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && file[at..].IndexOf((byte)0xFF) is >= 0 and var found)
        {
            at += found;
            if (at + 1 < file.Length && file[at + 1] is not (0x00 or (>= 0xD0 and <= 0xD7)))
            {
                return;
            }

            at += 2;
        }

        at = file.Length;
    }
}
