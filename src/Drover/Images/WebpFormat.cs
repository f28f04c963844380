using System.Buffers.Binary;

namespace Drover.Images;

/// <summary>Reads the head of a WebP file (RFC 9649, section 2).</summary>
internal static class WebpFormat
{
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
        return file[12..].StartsWith("VP8"u8) && width > 0 && height > 0 ? new ImageHeader(ImageKind.Webp, width, height, isWhole) : null;
    }

    private static int Int24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;
}
