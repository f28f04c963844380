using System.Runtime.InteropServices;
using System.Text.Json;
using Drover.Simulator.Answers;

namespace Drover.Simulator.Formats;

/// <summary>A list of <c>embedding</c>s: unit vectors drawn from the hash of each text.</summary>
internal sealed class EmbeddingsFormat : IReplyFormat
{
    public void Write(Utf8JsonWriter json, Reply reply)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        var vector = new float[reply.Call.Dimensions];
        for (var i = 0; i < reply.Call.Prompts.Count; i++)
        {
            Fill(vector, reply.Call.Prompts[i].Hash);
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, i);
            WriteVector(json, vector, reply.Call.Base64);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, reply.Call.ModelName);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, reply.PromptTokens);
        json.WriteNumber("total_tokens"u8, reply.PromptTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public void WriteChunk(Utf8JsonWriter json, Reply reply, StreamChunk chunk) =>
        throw new NotSupportedException("Embeddings are not streamed.");

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool base64)
    {
        if (base64)
        {
            json.WriteBase64String("embedding"u8, MemoryMarshal.AsBytes<float>(vector));
            return;
        }

        json.WriteStartArray("embedding"u8);
        foreach (var value in vector)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static void Fill(float[] vector, ulong hash)
    {
        var squares = 0.0;
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)((2 * StableHash.Unit(StableHash.Mix(hash, (ulong)i))) - 1);
            squares += vector[i] * vector[i];
        }

        var length = (float)Math.Sqrt(squares);
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] /= length;
        }
    }
}
