using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Drover.OpenAI;

/// <summary>Changes what a request's JSON asks for, and leaves all else of it as it is.</summary>
internal static class RequestBody
{
    /// <summary>The same chat completion with further messages at its end.</summary>
    public static ReadOnlyMemory<byte> WithMessages(ReadOnlyMemory<byte> body, params IEnumerable<(string Role, string Content)> messages)
    {
        var root = JsonNode.Parse(body.Span)!;
        var all = root["messages"]!.AsArray();
        foreach (var (role, content) in messages)
        {
            all.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = content });
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString(ReadableJson.Options));
    }

    /// <summary>The same body with another <c>model</c>; one that names none, or is no object, stays as it is.</summary>
    public static ReadOnlyMemory<byte> WithModel(ReadOnlyMemory<byte> body, string model)
    {
        var (start, length) = FindModel(body.Span);
        if (length == 0)
        {
            return body;
        }

        byte[] value = [(byte)'"', .. JsonEncodedText.Encode(model).EncodedUtf8Bytes, (byte)'"'];
        var changed = new byte[body.Length - length + value.Length];
        body.Span[..start].CopyTo(changed);
        value.CopyTo(changed, start);
        body.Span[(start + length)..].CopyTo(changed.AsSpan(start + value.Length));
        return changed;
    }

    // Of several, the last one counts, as it does for every reader that builds the object up.
    private static (int Start, int Length) FindModel(ReadOnlySpan<byte> body)
    {
        var place = (0, 0);
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return place;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isModel = reader.ValueTextEquals("model"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                place = isModel ? (start, (int)reader.BytesConsumed - start) : place;
            }

            return place;
        }
        catch (JsonException)
        {
            return (0, 0); // No request at all; the upstream says so.
        }
    }
}
