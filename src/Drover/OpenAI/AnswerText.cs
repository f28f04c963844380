using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Drover.OpenAI;

/// <summary>Makes JSON of what providers send for it: behind a byte order mark, with numbers that JSON has not, or as events.</summary>
internal static class AnswerText
{
    private static readonly string[] NoNumbers = ["-Infinity", "Infinity", "NaN"];

    /// <summary>Reads an answer.</summary>
    /// <param name="reply">What it says.</param>
    /// <returns>The answer as JSON in UTF-8; null: it cannot be read.</returns>
    public static byte[]? Read(byte[] body, out Reply reply)
    {
        var text = Utf8(body);
        if (TryRead(text, out reply))
        {
            return text;
        }

        var mended = LooksLikeEvents(text) ? Assembled(text) : WithNulls(text);
        return mended is not null && TryRead(mended, out reply) ? mended : null;
    }

    /// <summary>Whether a text that is no JSON begins like server-sent events.</summary>
    public static bool LooksLikeEvents(ReadOnlySpan<byte> text)
    {
        text = SkipBlanks(text);
        return text.StartsWith("data:"u8) || text.StartsWith("event:"u8) || text.StartsWith("id:"u8) || text.StartsWith("retry:"u8)
            || text.StartsWith(":"u8);
    }

    /// <summary>The text from its first character on that is neither a byte order mark nor white space.</summary>
    public static ReadOnlySpan<byte> SkipBlanks(ReadOnlySpan<byte> text) => WithoutMark(text).TrimStart(" \r\n\t"u8);

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) => text.StartsWith("\uFEFF"u8) ? text[3..] : text;

    private static byte[] Utf8(byte[] body)
    {
        if (body is [0xEF, 0xBB, 0xBF, ..])
        {
            body = body[3..];
        }
        else if (body is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return Encoding.UTF8.GetBytes(
                (body[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode).GetString(body, 2, body.Length - 2));
        }

        // What is no text becomes U+FFFD.
        return System.Text.Unicode.Utf8.IsValid(body) ? body : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body));
    }

    private static bool TryRead(byte[] text, out Reply reply)
    {
        reply = default;
        try
        {
            if (text.Length == 0)
            {
                return false;
            }

            reply = ReplyReader.Read(text);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // NaN and Infinity outside of strings, which Python's json writes.
    private static byte[]? WithNulls(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body);
        if (!NoNumbers.Any(n => text.Contains(n, StringComparison.Ordinal)))
        {
            return null;
        }

        var mended = new StringBuilder(text.Length);
        var isString = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (isString || c == '"')
            {
                isString = isString ? c != '"' : true;
                mended.Append(c);
                if (isString && c == '\\' && i + 1 < text.Length)
                {
                    mended.Append(text[++i]);
                }
            }
            else if (Array.Find(NoNumbers, n => string.CompareOrdinal(text, i, n, 0, n.Length) == 0) is { } word)
            {
                mended.Append("null");
                i += word.Length - 1;
            }
            else
            {
                mended.Append(c);
            }
        }

        return Encoding.UTF8.GetBytes(mended.ToString());
    }

    // A provider that streams though nobody asked it to.
    private static byte[]? Assembled(byte[] text)
    {
        var sum = new ChunkSum();
        foreach (var line in Encoding.UTF8.GetString(text).Split('\n'))
        {
            if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                sum.Add(ChatChunk.Parse(Encoding.UTF8.GetBytes(line["data:".Length..].Trim())));
            }
        }

        return sum.ToCompletion() is { } completion ? Encoding.UTF8.GetBytes(completion.ToJsonString(ReadableJson.Options)) : null;
    }

    /// <summary>The chunks of a stream, added up to the completion that they are of.</summary>
    private sealed class ChunkSum
    {
        private readonly StringBuilder _content = new();
        private JsonObject? _first;
        private JsonNode? _usage;
        private string? _finish;
        private bool _isOdd;

        public void Add(ChatChunk chunk)
        {
            if (chunk.Kind == ChunkKind.Error)
            {
                _first = ReadableJson.Parse(chunk.Data); // The answer is the error.
                _isOdd = false;
                _finish = "error";
                return;
            }

            if (chunk.Kind != ChunkKind.Chunk || _finish == "error")
            {
                return;
            }

            var node = ReadableJson.Parse(chunk.Data);
            _first ??= node;
            _usage = node["usage"] is JsonObject usage ? usage.DeepClone() : _usage;
            foreach (var choice in chunk.Body?.Choices ?? [])
            {
                _isOdd |= choice.Index > 0 || choice.Delta is { CallsTools: true };
                _content.Append(choice.Delta?.Content);
                _finish = choice.FinishReason ?? _finish;
            }
        }

        // Calls of tools and several choices are not put together: such an answer is unreadable.
        public JsonObject? ToCompletion()
        {
            if (_first is null || _isOdd || _finish is null)
            {
                return null;
            }

            if (_finish == "error")
            {
                return _first;
            }

            var completion =
                new JsonObject
                {
                    ["id"] = _first["id"]?.DeepClone(),
                    ["object"] = "chat.completion",
                    ["created"] = _first["created"]?.DeepClone(),
                    ["model"] = _first["model"]?.DeepClone()
                };
            completion["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = _content.ToString() },
                ["finish_reason"] = _finish,
            });
            completion["usage"] = _usage;
            return completion;
        }
    }
}
