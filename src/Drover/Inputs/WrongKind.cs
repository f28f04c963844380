namespace Drover.Inputs;

/// <summary>Tells files that are no JSON by their first bytes, and says what to do with each.</summary>
internal static class WrongKind
{
    private const string Table =
        "A table is not read yet: write a JSONL file with a line for each row, such as {\"id\":\"1\",\"text\":\"…\"}.";

    private const string Picture =
        "To ask about images, write a JSONL file with a line for each, such as {\"id\":\"1\",\"image\":\"picture.png\"}, for the recipe vision.";

    private const string Packed = "Unpack it first; of packed files, gzip is read as it is.";

    private const string Text = "Write its text into a JSONL file, such as {\"id\":\"1\",\"text\":\"…\"}.";

    /// <summary>What such files are, what to do with them, and how they begin (or go on, from that byte).</summary>
    private static readonly (string Name, string Advice, int At, byte[] Signature)[] Known =
    [
        ("a PNG image", Picture, 0, [0x89, .. "PNG"u8]),
        ("a JPEG image", Picture, 0, [0xFF, 0xD8, 0xFF]),
        ("a GIF image", Picture, 0, [.. "GIF8"u8]),
        ("a WebP image", Picture, 8, [.. "WEBP"u8]),
        ("a TIFF image", Picture, 0, [.. "II*\0"u8]),
        ("a TIFF image", Picture, 0, [.. "MM\0*"u8]),
        ("a HEIC or AVIF image, or a film", Picture, 4, [.. "ftyp"u8]),
        ("a PDF document", Text, 0, [.. "%PDF-"u8]),
        ("a Zstandard file", Packed, 0, [0x28, 0xB5, 0x2F, 0xFD]),
        ("a bzip2 file", Packed, 0, [.. "BZh"u8]),
        ("an xz file", Packed, 0, [0xFD, .. "7zXZ\0"u8]),
        ("a 7-Zip archive", Packed, 0, [.. "7z"u8, 0xBC, 0xAF]),
        ("an LZ4 file", Packed, 0, [0x04, 0x22, 0x4D, 0x18]),
        ("a RAR archive", Packed, 0, [.. "Rar!"u8]),
        ("a tar archive", Packed, 257, [.. "ustar"u8]),
        ("a Parquet file", Table, 0, [.. "PAR1"u8]),
        ("an Arrow file", Table, 0, [.. "ARROW1"u8]),
        ("an Avro file", Table, 0, [.. "Obj"u8, 1]),
        ("an SQLite database", Table, 0, [.. "SQLite format 3\0"u8]),
        ("an old Office document", Table, 0, [0xD0, 0xCF, 0x11, 0xE0]),
    ];

    /// <summary>What is wrong with an input that begins so; null: it may be text.</summary>
    public static string? Of(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
        {
            return head.IndexOf("xl/"u8) >= 0 ? Say("an Excel workbook", Table)
                : head.IndexOf("[Content_Types].xml"u8) >= 0 ? Say("an Office document", Table)
                : Say("a ZIP archive", Packed);
        }

        foreach (var (name, advice, at, signature) in Known)
        {
            if (head.Length > at && head[at..].StartsWith(signature))
            {
                return Say(name, advice);
            }
        }

        return null;
    }

    /// <summary>What is wrong with an input that is text and begins so; null: nothing that shows at its beginning.</summary>
    /// <param name="isAll">Whether it is the whole input.</param>
    public static string? OfText(ReadOnlySpan<byte> head, bool isAll)
    {
        var text = head.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty || text[0] is (byte)'{' or (byte)'[')
        {
            return null;
        }

        if (text.Contains((byte)0))
        {
            return Say("binary data", "Each line must be a JSON object.");
        }

        if (text[0] == '<')
        {
            return Say("XML or HTML", Text);
        }

        return TableGuess.Of(head, isAll) is { } separator ? Say($"a table (CSV), with {separator} between its fields", Table) : null;
    }

    private static string Say(string name, string advice) => $"The input is {name}, not JSONL. {advice}";
}
