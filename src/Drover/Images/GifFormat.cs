using System.Buffers.Binary;

namespace Drover.Images;

/// <summary>Walks the blocks of a GIF file (GIF89a, appendix B).</summary>
internal static class GifFormat
{
    public static ImageHeader? Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 13)
        {
            return null;
        }

        int width = BinaryPrimitives.ReadUInt16LittleEndian(file[6..]);
        int height = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        var isWhole = false;
        var frames = 0;
        var at = 13 + TableSize(file[10]);
        while (at < file.Length)
        {
            if (file[at] == 0x2C && at + 10 <= file.Length)
            {
                // A frame: its place and size, its colours, the code size, then sub-blocks. A frame beyond the canvas widens it.
                width = Math.Max(
                    width,
                    BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 1)..]) + BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 5)..]));
                height = Math.Max(
                    height,
                    BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 3)..]) + BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 7)..]));
                frames++;
                at += 11 + TableSize(file[at + 9]);
                isWhole |= SkipSubBlocks(file, ref at);
            }
            else if (file[at] == 0x21)
            {
                at += 2; // An extension: a label, then sub-blocks.
                SkipSubBlocks(file, ref at);
            }
            else
            {
                break; // The end mark, which many files lack.
            }
        }

        // Models look at the first frame, so that is what must be there whole.
        return width > 0 && height > 0 ? new ImageHeader(ImageKind.Gif, width, height, isWhole) { IsUnusual = frames > 1 } : null;
    }

    private static int TableSize(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static bool SkipSubBlocks(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length)
        {
            var length = file[at++];
            if (length == 0)
            {
                return true;
            }

            at += length;
        }

        return false;
    }
}
