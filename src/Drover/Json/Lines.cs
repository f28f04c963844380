namespace Drover.Json;

/// <summary>Lines of a text held in memory.</summary>
internal static class Lines
{
    /// <summary>The line without its LF or CRLF.</summary>
    public static ReadOnlyMemory<byte> TrimEnd(ReadOnlyMemory<byte> line)
    {
        var length = line.Length;
        if (length > 0 && line.Span[length - 1] == '\n')
        {
            length--;
        }

        if (length > 0 && line.Span[length - 1] == '\r')
        {
            length--;
        }

        return line[..length];
    }

    /// <summary>Whether there is nothing on the line but white space.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0;

    /// <summary>The lines of a text, each with where it begins.</summary>
    public static IEnumerable<(int Offset, ReadOnlyMemory<byte> Line)> Of(ReadOnlyMemory<byte> text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = text.Span[start..].IndexOf((byte)'\n');
            var length = end < 0 ? text.Length - start : end + 1;
            yield return (start, TrimEnd(text.Slice(start, length)));
            start += length;
        }
    }
}
