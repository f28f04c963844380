using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.Json;

namespace Drover.OpenAI;

/// <summary>What Drover reads of a <c>chat.completion.chunk</c>; a member of another kind than the API's counts as not there.</summary>
/// <param name="Created">When the answer was begun, as the chunk writes it.</param>
/// <param name="Error">The error that the chunk, or one of its choices, states.</param>
/// <remarks>https://platform.openai.com/docs/api-reference/chat-streaming</remarks>
internal sealed record ChunkBody(string? Id, JsonNode? Created, IReadOnlyList<ChunkChoice> Choices, TokenUsage? Usage, ErrorWords? Error)
{
    /// <summary>Reads a chunk.</summary>
    /// <param name="json">The chunk, a JSON object.</param>
    /// <param name="usage">Its usage, as <see cref="ReplyReader"/> reads it.</param>
    public static ChunkBody Of(JsonElement json, TokenUsage? usage)
    {
        var choices = json.Member("choices") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.Object).ToList()
            : [];
        var error = ErrorWords.OfMember(json.Member("error"), json)
            ?? choices.Select(ErrorWords.OfChoice).FirstOrDefault(e => e is not null);
        return new ChunkBody(
            json.Text("id"),
            json.Member("created") is { ValueKind: JsonValueKind.Number } created ? JsonNode.Parse(created.GetRawText()) : null,
            [.. choices.Select(ChunkChoice.Of)],
            usage,
            error);
    }
}

internal sealed record ChunkChoice(int Index, ChunkDelta? Delta, string? FinishReason)
{
    public static ChunkChoice Of(JsonElement json) => new(
        json.Member("index") is { ValueKind: JsonValueKind.Number } index && index.TryGetInt32(out var number) ? number : 0,
        json.Member("delta") is { ValueKind: JsonValueKind.Object } delta ? ChunkDelta.Of(delta) : null,
        json.Text("finish_reason"));
}

internal sealed record ChunkDelta(string? Content, bool CallsTools)
{
    public static ChunkDelta Of(JsonElement json) => new(
        ReplyText.OfContent(json.Member("content")),
        (json.Member("tool_calls") is { ValueKind: JsonValueKind.Array } calls && calls.GetArrayLength() > 0)
            || json.Member("function_call").ValueKind == JsonValueKind.Object);
}
