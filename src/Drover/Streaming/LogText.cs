using System.Text;
using System.Text.Json;

namespace Drover.Streaming;

/// <summary>The text of a log: a head, events, comments, and a mark at its end, each a block that ends with a blank line.</summary>
/// <remarks>
/// <code>
/// : drover {"created_at":…,"request":{…}}      the head: only we read it
///
/// id: strm_….{epoch}.{offset}                  an event
/// data: {…}
///
/// : reconnecting 2/5 in 2 s                    a comment
///
/// : end completed                              the end
/// </code>
/// </remarks>
internal static class LogText
{
    public static ReadOnlySpan<byte> EndMark => ": end "u8;

    private static ReadOnlySpan<byte> HeadMark => ": drover "u8;

    private static ReadOnlySpan<byte> DataMark => "\ndata: "u8;

    /// <summary>The head of a log.</summary>
    public static byte[] Head(ReadOnlyMemory<byte> request, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        buffer.Write(HeadMark);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("created_at"u8, now.ToUnixTimeSeconds());
            json.WritePropertyName("request"u8);
            json.WriteRawValue(OnOneLine(request.ToArray()), skipInputValidation: true);
            json.WriteEndObject();
        }

        buffer.Write("\n\n"u8);
        return buffer.ToArray();
    }

    /// <summary>Where the first block after the head begins; null when the head is not whole.</summary>
    public static int? EndOfHead(ReadOnlySpan<byte> log) =>
        log.StartsWith(HeadMark) && log.IndexOf("\n\n"u8) is >= 0 and var end ? end + 2 : null;

    /// <summary>The request in the head of a log.</summary>
    public static byte[] Request(ReadOnlySpan<byte> log)
    {
        using var head = JsonDocument.Parse(log[HeadMark.Length..log.IndexOf("\n\n"u8)].ToArray());
        return Encoding.UTF8.GetBytes(head.RootElement.GetProperty("request").GetRawText());
    }

    /// <summary>The length of the log without a last block that is not whole.</summary>
    public static int WholeLength(ReadOnlySpan<byte> log) => log.LastIndexOf("\n\n"u8) + 2 is > 1 and var whole ? whole : 0;

    /// <summary>Whether the log's last block says that it has ended.</summary>
    public static bool HasEnded(ReadOnlySpan<byte> log) => EndOf(log) is not null;

    /// <summary>How the log has ended, by its last block; null when it has not.</summary>
    public static string? EndOf(ReadOnlySpan<byte> log)
    {
        if (!log.EndsWith("\n\n"u8))
        {
            return null;
        }

        var last = log[..^2];
        last = last.LastIndexOf("\n\n"u8) is >= 0 and var before ? last[(before + 2)..] : last;
        return last.StartsWith(EndMark) ? Encoding.UTF8.GetString(last[EndMark.Length..]) : null;
    }

    /// <summary>Where the block after an event begins; null when the event is not at the place that its id says.</summary>
    public static int? After(ReadOnlySpan<byte> log, StreamPosition id)
    {
        if (id.Offset >= log.Length)
        {
            return null;
        }

        var from = log[id.Offset..];
        return from.StartsWith(Encoding.UTF8.GetBytes($"id: {id}\n")) && from.IndexOf("\n\n"u8) is >= 0 and var end ? id.Offset + end + 2 : null;
    }

    /// <summary>The data of all events.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Events(ReadOnlyMemory<byte> log)
    {
        for (var start = 0; start < log.Length;)
        {
            var length = log.Span[start..].IndexOf("\n\n"u8);
            if (length < 0)
            {
                yield break;
            }

            var block = log.Slice(start, length);
            if (block.Span.StartsWith("id: "u8) && block.Span.IndexOf(DataMark) is >= 0 and var data)
            {
                yield return block[(data + DataMark.Length)..];
            }

            start += length + 2;
        }
    }

    /// <summary>Puts JSON on one line, in place: a line break can only stand between tokens (RFC 8259, section 7).</summary>
    public static byte[] OnOneLine(byte[] json)
    {
        for (var rest = json.AsSpan(); rest.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var at; rest = rest[(at + 1)..])
        {
            rest[at] = (byte)' ';
        }

        return json;
    }
}
