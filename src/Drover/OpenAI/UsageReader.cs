using System.Buffers.Text;
using System.Text.Json;

namespace Drover.OpenAI;

/// <summary>Reads the tokens that an answer says it used, in the forms that providers have for them.</summary>
internal static class UsageReader
{
    /// <summary>
    /// More than any model takes or writes in one call: where a figure is beyond it nothing of the usage is believed, lest it spend
    /// a budget or pass all bounds.
    /// </summary>
    private const long MostTokens = 20_000_000;

    // https://platform.openai.com/docs/api-reference/chat/object: prompt_tokens, completion_tokens and
    // prompt_tokens_details.cached_tokens, completion_tokens_details.reasoning_tokens; the Responses API says input and output.
    // https://api-docs.deepseek.com/guides/kv_cache: prompt_cache_hit_tokens, part of the prompt. https://docs.claude.com: the
    // tokens read from the cache come on top of input_tokens (cache_read_input_tokens, and cache_creation_input_tokens for those written).
    public static TokenUsage? Read(ref Utf8JsonReader reader)
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

        if (new[] { prompt, completion, cached, reasoning, beside }.Max() > MostTokens)
        {
            return null;
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

    private static long ReadNumber(ref Utf8JsonReader reader, ref bool says)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Number when reader.TryGetDouble(out var number):
                says = true;
                return (long)Math.Clamp(Math.Ceiling(number), 0, MostTokens + 1);
            case JsonTokenType.String when Utf8Parser.TryParse(reader.ValueSpan, out long text, out var used)
                && used == reader.ValueSpan.Length:
                says = true;
                return Math.Clamp(text, 0, MostTokens + 1);
            default:
                reader.Skip();
                return 0;
        }
    }
}
