using System.Text.Json;

namespace Drover.OpenAI;

/// <summary>Puts characters together that an upstream has cut in two.</summary>
/// <remarks>
/// Some cut their text by UTF-16 units, so that one chunk ends with <c>\ud83d</c> and the next begins with <c>\udc02</c>. Half a
/// pair is no text: many clients cannot read it, and no prefix can hold it. So the first half waits for the second.
/// </remarks>
internal sealed class SplitPairs
{
    private const int EscapeLength = 6;
    private const int DepthOfContent = 4; // {"choices":[{"delta":{"content":

    private byte[] _held = [];

    /// <summary>A chunk's data, with the half that was held back before its text and without a half at its end.</summary>
    public ReadOnlySpan<byte> Join(ReadOnlySpan<byte> data)
    {
        if ((_held.Length == 0 && data.IndexOf("\\ud"u8) < 0 && data.IndexOf("\\uD"u8) < 0) || Find(data) is not { } at)
        {
            return data;
        }

        var text = data[at];
        if (text.IsEmpty)
        {
            return data;
        }

        var first = IsHalf(text, "cdefCDEF"u8) ? _held : [];
        _held = text.Length >= EscapeLength && IsHalf(text[^EscapeLength..], "89abAB"u8) && !IsEscaped(text[..^EscapeLength])
            ? text[^EscapeLength..].ToArray()
            : [];
        return first.Length + _held.Length == 0
            ? data
            : (byte[])[.. data[..at.Start], .. first, .. text[..^_held.Length], .. data[at.End..]];
    }

    // Where the text is, as it stands in the JSON: without its quotes, with its escapes.
    private static Range? Find(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName
                    && reader.CurrentDepth == DepthOfContent && reader.ValueTextEquals("content"u8))
                {
                    reader.Read();
                    var start = (int)reader.TokenStartIndex + 1;
                    return reader.TokenType == JsonTokenType.String ? start..(start + reader.ValueSpan.Length) : null;
                }
            }
        }
        catch (JsonException)
        {
            // What is no JSON is skipped later, and counted.
        }

        return null;
    }

    private static bool IsHalf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> thirdDigits) =>
        text.Length >= EscapeLength && text[0] == '\\' && text[1] == 'u' && (text[2] | 0x20) == 'd' && thirdDigits.Contains(text[3]);

    // A backslash that is itself escaped begins no escape.
    private static bool IsEscaped(ReadOnlySpan<byte> before) => (before.Length - before.TrimEnd((byte)'\\').Length) % 2 == 1;
}
