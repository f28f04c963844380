using System.Buffers.Binary;

namespace Drover.Images;

/// <summary>Reads the head of a WebP file (RFC 9649, section 2).</summary>
internal static class WebpFormat
{
    private const byte Moves = 0x02;
    private const byte HasExif = 0x08;

    public static ImageHeader? Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 30)
        {
            return null;
        }

        var isWhole = BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) + 8L <= file.Length;
        var body = file[20..];
        var (width, height) = file[15] switch
        {
            // Extended: 24 bits each, less one.
            (byte)'X' => (1 + Int24(body[4..]), 1 + Int24(body[7..])),
            // Lossless: 14 bits each, less one, after a signature byte.
            (byte)'L' => (1 + (int)(BinaryPrimitives.ReadUInt32LittleEndian(body[1..]) & 0x3FFF),
                1 + (int)((BinaryPrimitives.ReadUInt32LittleEndian(body[1..]) >> 14) & 0x3FFF)),
            // Lossy: 14 bits each, after a frame tag and a start code.
            (byte)' ' =>
                (BinaryPrimitives.ReadUInt16LittleEndian(body[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(body[8..]) & 0x3FFF),
            _ => (0, 0),
        };
        return file[12..].StartsWith("VP8"u8) && width > 0 && height > 0
            ? new ImageHeader(ImageKind.Webp, width, height, isWhole) { IsUnusual = file[15] == 'X' && IsUnusual(file) }
            : null;
    }

    // Flags of the extended form say that it moves or has Exif metadata, which lies in a chunk of its own.
    private static bool IsUnusual(ReadOnlySpan<byte> file)
    {
        if ((file[20] & Moves) != 0)
        {
            return true;
        }

        for (long at = 12; (file[20] & HasExif) != 0 && at + 8 <= file.Length;)
        {
            var chunk = file[(int)at..];
            var length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("EXIF"u8))
            {
                return length <= chunk.Length - 8 && ExifFormat.IsTurned(chunk.Slice(8, (int)length));
            }

            at += 8L + length + (length & 1);
        }

        return false;
    }

    private static int Int24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;
}
