using System.Text.Json;
using Drover.Simulator.Answers;

namespace Drover.Simulator.Formats;

/// <summary>A <c>response</c> with one message.</summary>
internal sealed class ResponsesFormat : IReplyFormat
{
    public void Write(Utf8JsonWriter json, Reply reply)
    {
        var answer = reply.Answers[0];
        var isCut = answer.FinishReason == "length";
        json.WriteStartObject();
        json.WriteString("id"u8, $"resp_{reply.Id}");
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, reply.Created);
        json.WriteString("status"u8, isCut ? "incomplete"u8 : "completed"u8);
        json.WriteNull("error"u8);
        WriteIncompleteDetails(json, isCut);
        json.WriteNull("instructions"u8);
        WriteMaximum(json, reply.Call.MaxTokens);
        json.WriteString("model"u8, reply.Call.ModelName);
        WriteOutput(json, reply, answer, isCut);
        json.WriteBoolean("parallel_tool_calls"u8, true);
        json.WriteNull("previous_response_id"u8);
        json.WriteStartArray("tools"u8);
        json.WriteEndArray();
        json.WriteString("tool_choice"u8, "auto"u8);
        json.WriteString("truncation"u8, "disabled"u8);
        WriteUsage(json, reply);
        json.WriteStartObject("metadata"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public void WriteChunk(Utf8JsonWriter json, Reply reply, StreamChunk chunk) =>
        throw new NotSupportedException("Responses are not streamed.");

    private static void WriteIncompleteDetails(Utf8JsonWriter json, bool isCut)
    {
        if (!isCut)
        {
            json.WriteNull("incomplete_details"u8);
            return;
        }

        json.WriteStartObject("incomplete_details"u8);
        json.WriteString("reason"u8, "max_output_tokens"u8);
        json.WriteEndObject();
    }

    private static void WriteMaximum(Utf8JsonWriter json, int? maximum)
    {
        if (maximum is { } tokens)
        {
            json.WriteNumber("max_output_tokens"u8, tokens);
        }
        else
        {
            json.WriteNull("max_output_tokens"u8);
        }
    }

    private static void WriteOutput(Utf8JsonWriter json, Reply reply, Answer answer, bool isCut)
    {
        json.WriteStartArray("output"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "message"u8);
        json.WriteString("id"u8, $"msg_{reply.Id}");
        json.WriteString("status"u8, isCut ? "incomplete"u8 : "completed"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteString("text"u8, answer.Text);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteUsage(Utf8JsonWriter json, Reply reply)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, reply.PromptTokens);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, reply.CompletionTokens);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, reply.PromptTokens + reply.CompletionTokens);
        json.WriteEndObject();
    }
}
