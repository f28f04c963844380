using System.Text;
using System.Text.Json;
using Drover.Json;

namespace Drover.Streams;

/// <summary>The text of a log: a head, events, comments between them, and a mark at its end.</summary>
/// <remarks>
/// Comments are lines of their own without a blank line after them: some clients take every blank line for an event's end. The id comes
/// last: some clients take it as seen before they have the event. <code> : drover {"created_at":…,"key":"…","request":{…}}   the head:
/// only we read it
///
/// data: {…}                                    an event
/// id: strm_….{epoch}.{offset}
///
/// : reconnecting 2/5 in 2 s                    a comment
/// : end completed                              the end
/// </code>
/// </remarks>
internal static class LogText
{
    public static ReadOnlySpan<byte> EndMark => ": end "u8;

    private static ReadOnlySpan<byte> HeadMark => ": drover "u8;

    private static ReadOnlySpan<byte> DataMark => "data: "u8;

    private static ReadOnlySpan<byte> IdMark => "\nid: "u8;

    /// <summary>The head of a log.</summary>
    public static byte[] Head(ChatRequest request, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        buffer.Write(HeadMark);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("created_at"u8, now.ToUnixTimeSeconds());
            if (request.Key is not null)
            {
                json.WriteString("key"u8, request.Key);
            }

            json.WritePropertyName("request"u8);
            json.WriteRawValue(OneLine.Of(request.Body.ToArray()), skipInputValidation: true);
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

    /// <summary>The name of the caller's key in the head of a log; null for none.</summary>
    public static string? Key(ReadOnlySpan<byte> log)
    {
        var head = new Utf8JsonReader(log[HeadMark.Length..]);
        head.Read();
        while (head.Read() && head.TokenType == JsonTokenType.PropertyName && !head.ValueTextEquals("request"u8))
        {
            var isKey = head.ValueTextEquals("key"u8);
            head.Read();
            if (isKey)
            {
                return head.GetString();
            }
        }

        return null;
    }

    /// <summary>The length of the log up to the end of its last whole event.</summary>
    public static int WholeLength(ReadOnlySpan<byte> log) => log.LastIndexOf("\n\n"u8) + 2 is > 1 and var whole ? whole : 0;

    /// <summary>Whether the log's last line says that it has ended.</summary>
    public static bool HasEnded(ReadOnlySpan<byte> log) => EndOf(log) is not null;

    /// <summary>How the log has ended, by its last line; null when it has not.</summary>
    public static string? EndOf(ReadOnlySpan<byte> log)
    {
        if (!log.EndsWith("\n"u8))
        {
            return null;
        }

        var last = log[..^1];
        last = last[(last.LastIndexOf((byte)'\n') + 1)..];
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
        return from.StartsWith(DataMark) && from.IndexOf("\n\n"u8) is >= 0 and var end
            && from[..end].EndsWith(Encoding.UTF8.GetBytes($"\nid: {id}"))
            ? id.Offset + end + 2
            : null;
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
            while (block.Span.StartsWith(":"u8) && block.Span.IndexOf((byte)'\n') is >= 0 and var comment)
            {
                block = block[(comment + 1)..];
            }

            if (block.Span.StartsWith(DataMark) && block.Span.LastIndexOf(IdMark) is >= 0 and var id)
            {
                yield return block[DataMark.Length..id];
            }

            start += length + 2;
        }
    }
}
