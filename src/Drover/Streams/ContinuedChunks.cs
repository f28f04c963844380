using System.Text;
using System.Text.Json.Nodes;
using Drover.OpenAI;

namespace Drover.Streams;

/// <summary>Makes the chunks of a continuation those of the answer that it continues.</summary>
/// <remarks>
/// They bear the first chunk's id and time, no second role, no text that has gone out already, and the usage of all calls.
/// Of a delta only the text and calls of tools stay: reasoning is not begun anew in the middle of an answer.
/// </remarks>
internal sealed class ContinuedChunks(ChatProgress progress, string prefix, UsageSum usage)
{
    private static readonly string[] Kept = ["content", "tool_calls", "function_call"];

    private readonly Overlap _overlap = new(prefix);

    /// <summary>Whether the upstream gives another answer instead of a continuation.</summary>
    public bool IsAnotherAnswer => _overlap.IsAnotherAnswer;

    /// <summary>The chunk as it goes out; null when nothing of it does.</summary>
    public ChatChunk? Rewrite(ChatChunk chunk)
    {
        if (chunk.Body is not { } body)
        {
            return chunk;
        }

        var root = ReadableJson.Parse(chunk.Data);
        Set(root, "id", progress.Id is null ? null : JsonValue.Create(progress.Id));
        Set(root, "created", progress.Created?.DeepClone());
        var isEmpty = body.Usage is null;
        foreach (var (choice, read) in (root["choices"] as JsonArray ?? []).OfType<JsonObject>().Zip(body.Choices))
        {
            isEmpty &= Trim(choice, read);
        }

        if (body.Usage is { } last)
        {
            var sum = usage.With(last, prefix);
            var node = root["usage"]!.AsObject();
            (node["prompt_tokens"], node["completion_tokens"], node["total_tokens"]) =
                (sum.PromptTokens, sum.CompletionTokens, sum.PromptTokens + sum.CompletionTokens);
        }

        return isEmpty || IsAnotherAnswer ? null : ChatChunk.Parse(Encoding.UTF8.GetBytes(root.ToJsonString(ReadableJson.Options)));
    }

    private bool Trim(JsonObject choice, ChunkChoice read)
    {
        if (choice["delta"] is not JsonObject delta)
        {
            return read.FinishReason is null;
        }

        var ends = read.FinishReason is not null || read.Delta is { CallsTools: true };
        var text = _overlap.Take(read.Delta?.Content ?? "") + (ends ? _overlap.Flush() : "");
        foreach (var member in delta.Select(m => m.Key).Except(Kept).ToList())
        {
            delta.Remove(member);
        }

        delta.Remove("content");
        if (text.Length > 0)
        {
            delta["content"] = text;
        }

        return text.Length == 0 && !ends;
    }

    private static void Set(JsonObject root, string name, JsonNode? value)
    {
        if (value is not null)
        {
            root[name] = value;
        }
    }
}
