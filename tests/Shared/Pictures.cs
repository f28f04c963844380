using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Drover.Testing;

/// <summary>Pictures that need no library to be made.</summary>
internal static class Pictures
{
    /// <summary>A PNG of that size; pictures of different seeds differ.</summary>
    public static byte[] Png(int width, int height, int seed) =>
        Png(width, height, (x, y) => ((byte)(x + seed), (byte)(y * seed), (byte)((x ^ y) + (seed >> 4))));

    /// <summary>A PNG of that size, pixel by pixel.</summary>
    public static byte[] Png(int width, int height, Func<int, int, (byte Red, byte Green, byte Blue)> pixel)
    {
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = (8, 2); // Eight bits each of red, green and blue.
        WriteChunk(file, "IHDR"u8, head);
        var data = new MemoryStream();
        using (var packed = new ZLibStream(data, CompressionLevel.Fastest))
        {
            var row = new byte[1 + width * 3];
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    (row[1 + x * 3], row[2 + x * 3], row[3 + x * 3]) = pixel(x, y);
                }

                packed.Write(row);
            }
        }

        WriteChunk(file, "IDAT"u8, data.ToArray());
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>A PNG of a few bytes that says it is of that size.</summary>
    public static byte[] Bomb(int width, int height)
    {
        var file = Png(1, 1, 1);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Crc32.HashToUInt32(file.AsSpan(12, 17)));
        return file;
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = [.. type, .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(chunk);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(chunk));
        file.Write(number);
    }
}
