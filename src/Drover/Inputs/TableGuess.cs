namespace Drover.Inputs;

/// <summary>Guesses from the first lines of a text whether it is a table: CSV, or its like with other separators.</summary>
internal static class TableGuess
{
    private const int MostRows = 8;

    private static readonly (byte Separator, string Name)[] Separators =
        [((byte)',', "commas"), ((byte)'\t', "tabs"), ((byte)';', "semicolons"), ((byte)'|', "vertical bars")];

    /// <summary>The name of what separates its fields; null: it is no table.</summary>
    /// <param name="isAll">Whether it is the whole text; otherwise the last row may be cut and does not count.</param>
    public static string? Of(ReadOnlySpan<byte> head, bool isAll)
    {
        head = head.TrimStart(" \r\n"u8);
        foreach (var (separator, name) in Separators)
        {
            if (IsTable(head, separator, isAll))
            {
                return name;
            }
        }

        return null;
    }

    // Nearly all rows have as many fields as the first one; a line that begins as JSON does is no row.
    private static bool IsTable(ReadOnlySpan<byte> text, byte separator, bool isAll)
    {
        var (rows, alike, fields) = (0, 0, 0);
        while (rows < MostRows && NextRow(ref text, separator, isAll, out var first) is { } found)
        {
            if (first is (byte)'{' or (byte)'[' || (rows == 0 && found < 2))
            {
                return false;
            }

            fields = rows++ == 0 ? found : fields;
            alike += found == fields ? 1 : 0;
        }

        return rows >= 2 && alike > rows / 2 && alike >= 2;
    }

    // The number of its fields; null: there is none that is whole. A separator or line end within quotation marks is text.
    private static int? NextRow(ref ReadOnlySpan<byte> text, byte separator, bool isAll, out byte first)
    {
        text = text.TrimStart("\r\n"u8);
        first = text.IsEmpty ? (byte)0 : text[0];
        var (fields, isQuoted) = (1, false);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && text[at] == separator)
            {
                fields++;
            }
            else if (!isQuoted && text[at] == '\n')
            {
                text = text[(at + 1)..];
                return fields;
            }
        }

        var isWhole = isAll && !text.IsEmpty;
        text = default;
        return isWhole ? fields : null;
    }
}
