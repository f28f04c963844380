namespace Drover.Json;

/// <summary>JSON without line breaks.</summary>
internal static class OneLine
{
    /// <summary>Puts JSON on one line, in place: a line break can only stand between tokens (RFC 8259, section 7).</summary>
    public static byte[] Of(byte[] json)
    {
        for (var rest = json.AsSpan(); rest.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var at; rest = rest[(at + 1)..])
        {
            rest[at] = (byte)' ';
        }

        return json;
    }
}
