using System.Text.Json;
using Drover.Simulator.Answers;

namespace Drover.Simulator.Formats;

/// <summary><c>chat.completion</c> and <c>chat.completion.chunk</c>.</summary>
internal sealed class ChatFormat : IReplyFormat
{
    public void Write(Utf8JsonWriter json, Reply reply)
    {
        WriteHead(json, reply, "chat.completion"u8);
        json.WriteStartArray("choices"u8);
        for (var i = 0; i < reply.Answers.Length; i++)
        {
            var answer = reply.Answers[i];
            json.WriteStartObject();
            json.WriteNumber("index"u8, i);
            json.WriteStartObject("message"u8);
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("content"u8, answer.Tool is null ? answer.Text : null);
            if (answer.Tool is not null)
            {
                WriteToolCall(json, reply, i, answer.Tool, answer.Text, isDelta: false);
            }

            json.WriteNull("refusal"u8);
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteNull("logprobs"u8);
            json.WriteString("finish_reason"u8, answer.FinishReason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        UsageWriter.Write(json, reply);
        WriteTail(json);
    }

    public void WriteChunk(Utf8JsonWriter json, Reply reply, StreamChunk chunk)
    {
        WriteHead(json, reply, "chat.completion.chunk"u8);
        json.WriteStartArray("choices"u8);
        if (chunk.Kind != ChunkKind.Usage)
        {
            var answer = reply.Answers[chunk.Choice];
            json.WriteStartObject();
            json.WriteNumber("index"u8, chunk.Choice);
            json.WriteStartObject("delta"u8);
            WriteDelta(json, reply, chunk, answer);
            json.WriteEndObject();
            json.WriteNull("logprobs"u8);
            json.WriteString("finish_reason"u8, chunk.Kind == ChunkKind.End ? answer.FinishReason : null);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        UsageWriter.WriteInStream(json, reply, chunk.Kind);
        WriteTail(json);
    }

    private static void WriteDelta(Utf8JsonWriter json, Reply reply, StreamChunk chunk, Answer answer)
    {
        if (chunk.Kind == ChunkKind.Start)
        {
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("content"u8, answer.Tool is null ? "" : null);
            if (answer.Tool is not null)
            {
                WriteToolCall(json, reply, chunk.Choice, answer.Tool, "", isDelta: true);
            }

            json.WriteNull("refusal"u8);
        }
        else if (chunk.Kind == ChunkKind.Delta && answer.Tool is null)
        {
            json.WriteString("content"u8, chunk.Text);
        }
        else if (chunk.Kind == ChunkKind.Delta)
        {
            WriteToolCall(json, reply, chunk.Choice, null, chunk.Text, isDelta: true);
        }
    }

    private static void WriteToolCall(Utf8JsonWriter json, Reply reply, int choice, string? tool, string arguments, bool isDelta)
    {
        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        if (isDelta)
        {
            json.WriteNumber("index"u8, 0);
        }

        if (tool is not null)
        {
            json.WriteString("id"u8, $"call_{reply.Id}{choice}");
            json.WriteString("type"u8, "function"u8);
        }

        json.WriteStartObject("function"u8);
        if (tool is not null)
        {
            json.WriteString("name"u8, tool);
        }

        json.WriteString("arguments"u8, arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteHead(Utf8JsonWriter json, Reply reply, ReadOnlySpan<byte> kind)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, $"chatcmpl-{reply.Id}");
        json.WriteString("object"u8, kind);
        json.WriteNumber("created"u8, reply.Created);
        json.WriteString("model"u8, reply.Call.ModelName);
    }

    private static void WriteTail(Utf8JsonWriter json)
    {
        json.WriteString("service_tier"u8, "default"u8);
        json.WriteString("system_fingerprint"u8, "fp_simulator"u8);
        json.WriteEndObject();
    }
}
