using System.Text.Json;
using Drover.Json;

namespace Drover.OpenAI;

/// <summary>The data of one event of the upstream's.</summary>
internal sealed class ChatChunk
{
    private ChatChunk(ChunkKind kind, byte[] data, ChunkBody? body = null) => (Kind, Data, Body) = (kind, data, body);

    public ChunkKind Kind { get; }

    /// <summary>The JSON on one line.</summary>
    public byte[] Data { get; }

    /// <summary>What it says; null where its shape is not that of a chunk.</summary>
    public ChunkBody? Body { get; }

    /// <summary>Whether it says how many tokens were used, and nothing else.</summary>
    public bool IsOnlyUsage => Body is { Usage: not null, Choices: null or { Count: 0 } };

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
            var body = JsonSerializer.Deserialize(line, ChunkJson.Default.ChunkBody);
            return body is null
                ? new ChatChunk(ChunkKind.Unreadable, line)
                : new ChatChunk(body.Error is { ValueKind: not JsonValueKind.Null } ? ChunkKind.Error : ChunkKind.Chunk, line, body);
        }
        catch (JsonException)
        {
            // JSON of another shape, such as a text with half a surrogate pair, is the client's to read; what is no JSON is nobody's.
            return new ChatChunk(IsObject(line) ? ChunkKind.Chunk : ChunkKind.Unreadable, line);
        }
    }

    private static bool IsObject(byte[] line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            return isObject && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
