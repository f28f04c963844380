using System.Buffers.Text;
using System.Text.Json;

namespace Drover.OpenAI;

/// <summary>Reads from an answer's JSON the few members that Drover needs, without building a document.</summary>
internal static class ReplyReader
{
    private const double MostTokens = 1e15;

    /// <summary>Reads the whole of <paramref name="json"/>, so that what is not JSON is found.</summary>
    /// <exception cref="JsonException">The text is not one JSON value.</exception>
    public static Reply Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var reply = default(Reply);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            reply = ReadObject(ref reader);
        }
        else
        {
            reader.Skip();
        }

        while (reader.Read())
        {
            // Reads to the end, so that text after the value throws.
        }

        return reply;
    }

    private static Reply ReadObject(ref Utf8JsonReader reader)
    {
        var reply = new Reply { IsObject = true };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reply = reply with { Model = ReadString(ref reader) };
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reply = reply with { Usage = ReadUsage(ref reader) };
            }
            else if (reader.ValueTextEquals("choices"u8))
            {
                ReadChoices(ref reader, ref reply);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reply = reply with { HasError = ReadSaysSomething(ref reader) || reply.HasError };
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                reply = reply with { Status = ReadString(ref reader) };
            }
            else if (reader.ValueTextEquals("output"u8))
            {
                reply = reply with { HasOutput = ReadCount(ref reader) >= 0 };
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reply = reply with { HasData = ReadCount(ref reader) > 0 };
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return reply;
    }

    private static void ReadChoices(ref Utf8JsonReader reader, ref Reply reply)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            reply = reply with { Choices = reply.Choices + 1 };
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("finish_reason"u8))
                {
                    var reason = ReadString(ref reader);
                    reply = reply with { FinishReason = reason == "error" ? reason : reply.FinishReason ?? reason, HasError = reply.HasError || reason == "error" };
                }
                else if (reader.ValueTextEquals("error"u8))
                {
                    reply = reply with { HasError = ReadSaysSomething(ref reader) || reply.HasError };
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }
        }
    }

    // null, false, "" and {} are ways of saying that there is no error.
    private static bool ReadSaysSomething(ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return !reader.ValueTextEquals(""u8);
            case JsonTokenType.True:
                return true;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                var depth = reader.CurrentDepth;
                var count = 0;
                while (reader.Read() && reader.CurrentDepth > depth)
                {
                    count++;
                }

                return count > 0;
            default:
                return false;
        }
    }

    /// <returns>How many elements a list has; -1: it is none.</returns>
    private static int ReadCount(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return -1;
        }

        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            reader.Skip();
        }

        return count;
    }

    // https://platform.openai.com/docs/api-reference/chat/object: prompt_tokens, completion_tokens and
    // prompt_tokens_details.cached_tokens, completion_tokens_details.reasoning_tokens; the Responses API says input and output.
    // https://api-docs.deepseek.com/guides/kv_cache: prompt_cache_hit_tokens, part of the prompt. https://docs.claude.com: the
    // tokens read from the cache come on top of input_tokens (cache_read_input_tokens, and cache_creation_input_tokens for those written).
    private static TokenUsage? ReadUsage(ref Utf8JsonReader reader)
    {
        long prompt = 0, completion = 0, cached = 0, reasoning = 0, beside = 0;
        var says = false;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("prompt_tokens"u8) || reader.ValueTextEquals("input_tokens"u8))
            {
                prompt = ReadNumber(ref reader, ref says);
            }
            else if (reader.ValueTextEquals("completion_tokens"u8) || reader.ValueTextEquals("output_tokens"u8))
            {
                completion = ReadNumber(ref reader, ref says);
            }
            else if (reader.ValueTextEquals("prompt_tokens_details"u8) || reader.ValueTextEquals("input_tokens_details"u8))
            {
                cached = Math.Max(cached, ReadDetail(ref reader, "cached_tokens"u8));
            }
            else if (reader.ValueTextEquals("prompt_cache_hit_tokens"u8))
            {
                cached = Math.Max(cached, ReadNumber(ref reader, ref says));
            }
            else if (reader.ValueTextEquals("cache_read_input_tokens"u8))
            {
                var read = ReadNumber(ref reader, ref says);
                (cached, beside) = (Math.Max(cached, read), beside + read);
            }
            else if (reader.ValueTextEquals("cache_creation_input_tokens"u8))
            {
                beside += ReadNumber(ref reader, ref says);
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

        // More tokens from the cache than in the prompt: they were counted on top of it.
        prompt = beside > 0 ? prompt + beside : cached > prompt ? prompt + cached : prompt;
        return says && prompt + completion > 0 ? new TokenUsage(prompt, completion, cached, reasoning) : null;
    }

    private static long ReadDetail(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        long detail = 0;
        var says = false;
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
                detail = ReadNumber(ref reader, ref says);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return detail;
    }

    private static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.String)
        {
            try
            {
                return reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return null; // It holds half of a surrogate pair.
            }
        }

        reader.Skip();
        return null;
    }

    private static long ReadNumber(ref Utf8JsonReader reader, ref bool says)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when reader.TryGetInt64(out var whole):
                says = true;
                return Math.Max(0, whole);
            case JsonTokenType.Number when reader.TryGetDouble(out var number) && number < MostTokens:
                says = true;
                return Math.Max(0, (long)Math.Ceiling(number));
            case JsonTokenType.String when Utf8Parser.TryParse(reader.ValueSpan, out long text, out var used) && used == reader.ValueSpan.Length:
                says = true;
                return Math.Max(0, text);
            default:
                reader.Skip();
                return 0;
        }
    }
}
