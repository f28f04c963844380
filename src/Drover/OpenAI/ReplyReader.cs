using System.Text.Json;

namespace Drover.OpenAI;

/// <summary>Reads from an answer's JSON the few members that Drover needs, without building a document.</summary>
internal static class ReplyReader
{
    internal readonly record struct Reply(string? Model, TokenUsage Usage, string? ErrorCode, string? ErrorMessage);

    /// <summary>Reads the whole of <paramref name="json"/>, so that what is not JSON is found.</summary>
    /// <exception cref="JsonException">The text is not one JSON value.</exception>
    public static Reply Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        string? model = null, code = null, message = null;
        var usage = default(TokenUsage);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("model"u8))
                {
                    model = ReadString(ref reader);
                }
                else if (reader.ValueTextEquals("usage"u8))
                {
                    usage = ReadUsage(ref reader);
                }
                else if (reader.ValueTextEquals("error"u8))
                {
                    (code, message) = ReadError(ref reader);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }
        }
        else
        {
            reader.Skip();
        }

        while (reader.Read())
        {
            // Reads to the end, so that text after the value throws.
        }

        return new Reply(model, usage, code, message);
    }

    // https://platform.openai.com/docs/api-reference/chat/object: prompt_tokens, completion_tokens and
    // prompt_tokens_details.cached_tokens, completion_tokens_details.reasoning_tokens; the Responses API says input and output.
    private static TokenUsage ReadUsage(ref Utf8JsonReader reader)
    {
        long prompt = 0, completion = 0, cached = 0, reasoning = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return default;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8))
            {
                prompt = ReadNumber(ref reader);
            }
            else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8))
            {
                completion = ReadNumber(ref reader);
            }
            else if (reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8))
            {
                cached = ReadDetail(ref reader, "cached_tokens"u8);
            }
            else if (reader.ValueTextEquals("completion_tokens_details"u8) || reader.ValueTextEquals("output_tokens_details"u8))
            {
                reasoning = ReadDetail(ref reader, "reasoning_tokens"u8);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new TokenUsage(prompt, completion, cached, reasoning);
    }

    private static long ReadDetail(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        long detail = 0;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return 0;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                detail = ReadNumber(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return detail;
    }

    private static (string? Code, string? Message) ReadError(ref Utf8JsonReader reader)
    {
        string? code = null, type = null, message = null;
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return (null, reader.GetString());
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return default;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("code"u8))
            {
                code = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                type = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("message"u8))
            {
                message = ReadString(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return (code ?? type, message);
    }

    private static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.String)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }

    private static long ReadNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value))
        {
            return Math.Max(0, value);
        }

        reader.Skip();
        return 0;
    }
}
