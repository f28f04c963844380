using System.Text.Json;
using Drover.Simulator.Answers;

namespace Drover.Simulator.Formats;

/// <summary>The member <c>usage</c>.</summary>
internal static class UsageWriter
{
    public static void Write(Utf8JsonWriter json, Reply reply)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, reply.PromptTokens);
        json.WriteNumber("completion_tokens"u8, reply.CompletionTokens);
        json.WriteNumber("total_tokens"u8, reply.PromptTokens + reply.CompletionTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, 0);
        json.WriteNumber("audio_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, 0);
        json.WriteNumber("audio_tokens"u8, 0);
        json.WriteNumber("accepted_prediction_tokens"u8, 0);
        json.WriteNumber("rejected_prediction_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>When usage is asked for, it is null in all events but its own.</summary>
    public static void WriteInStream(Utf8JsonWriter json, Reply reply, ChunkKind kind)
    {
        if (kind == ChunkKind.Usage)
        {
            Write(json, reply);
        }
        else if (reply.Call.IncludeUsage)
        {
            json.WriteNull("usage"u8);
        }
    }
}
