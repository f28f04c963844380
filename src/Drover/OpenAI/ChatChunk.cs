using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.Json;

namespace Drover.OpenAI;

/// <summary>The data of one event of the upstream's.</summary>
internal sealed class ChatChunk
{
    private ChatChunk(ChunkKind kind, byte[] data, ChunkBody? body = null) => (Kind, Data, Body) = (kind, data, body);

    public ChunkKind Kind { get; }

    /// <summary>The JSON on one line.</summary>
    public byte[] Data { get; }

    /// <summary>What it says; null where it is no JSON object.</summary>
    public ChunkBody? Body { get; }

    /// <summary>Whether it says how many tokens were used, and nothing else.</summary>
    public bool IsOnlyUsage => Body is { Usage: not null, Choices.Count: 0 };

    public static ChatChunk Parse(ReadOnlySpan<byte> data)
    {
        if (data.IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            return new ChatChunk(ChunkKind.Empty, []);
        }

        if (data.Trim((byte)' ').SequenceEqual("[DONE]"u8))
        {
            return new ChatChunk(ChunkKind.Done, []);
        }

        var line = OneLine.Of(data.ToArray());
        try
        {
            var usage = ReplyReader.Read(line).Usage;
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return new ChatChunk(ChunkKind.Unreadable, line);
            }

            var body = ChunkBody.Of(json.RootElement, usage);
            return new ChatChunk(body.Error is null ? ChunkKind.Chunk : ChunkKind.Error, line, body);
        }
        catch (JsonException)
        {
            return new ChatChunk(ChunkKind.Unreadable, line);
        }
    }

    /// <summary>A whole completion as the one chunk of a stream, for an upstream that answers so where a stream was asked for.</summary>
    public static ChatChunk OfCompletion(ReadOnlyMemory<byte> completion)
    {
        var root = ReadableJson.Parse(completion.Span);
        root["object"] = "chat.completion.chunk";
        foreach (var choice in (root["choices"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var message = choice["message"];
            choice.Remove("message");
            choice["delta"] = message?.DeepClone() ?? new JsonObject();
            choice["finish_reason"] ??= "stop";
        }

        return Parse(Encoding.UTF8.GetBytes(root.ToJsonString(ReadableJson.Options)));
    }
}
