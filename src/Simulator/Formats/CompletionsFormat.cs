using System.Text.Json;
using Drover.Simulator.Answers;

namespace Drover.Simulator.Formats;

/// <summary><c>text_completion</c>, whose stream has the same shape.</summary>
internal sealed class CompletionsFormat : IReplyFormat
{
    public void Write(Utf8JsonWriter json, Reply reply)
    {
        WriteHead(json, reply);
        for (var i = 0; i < reply.Answers.Length; i++)
        {
            WriteChoice(json, i, reply.Answers[i].Text, reply.Answers[i].FinishReason);
        }

        json.WriteEndArray();
        UsageWriter.Write(json, reply);
        json.WriteEndObject();
    }

    public void WriteChunk(Utf8JsonWriter json, Reply reply, StreamChunk chunk)
    {
        WriteHead(json, reply);
        if (chunk.Kind != ChunkKind.Usage)
        {
            WriteChoice(json, chunk.Choice, chunk.Text, chunk.Kind == ChunkKind.End ? reply.Answers[chunk.Choice].FinishReason : null);
        }

        json.WriteEndArray();
        UsageWriter.WriteInStream(json, reply, chunk.Kind);
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, Reply reply)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, $"cmpl-{reply.Id}");
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, reply.Created);
        json.WriteString("model"u8, reply.Call.ModelName);
        json.WriteStartArray("choices"u8);
    }

    private static void WriteChoice(Utf8JsonWriter json, int index, string text, string? finishReason)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteNumber("index"u8, index);
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, finishReason);
        json.WriteEndObject();
    }
}
