using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.Json;

namespace Drover.OpenAI;

/// <summary>What Drover reads of a <c>chat.completion.chunk</c>; a member of another kind than the API's counts as not there.</summary>
/// <param name="Created">When the answer was begun, as the chunk writes it.</param>
/// <param name="Error">The error that the chunk, or one of its choices, states.</param>
/// <remarks>https://platform.openai.com/docs/api-reference/chat-streaming</remarks>
internal sealed record ChunkBody(string? Id, JsonNode? Created, IReadOnlyList<ChunkChoice> Choices, ChunkUsage? Usage, ErrorWords? Error)
{
    /// <summary>Reads a chunk.</summary>
    /// <param name="json">The chunk, a JSON object.</param>
    /// <param name="usage">Its usage, as <see cref="ReplyReader"/> reads it.</param>
    public static ChunkBody Of(JsonElement json, TokenUsage? usage)
    {
        var choices = Member(json, "choices") is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.Object).ToList()
            : [];
        var error = ErrorWords.OfMember(Member(json, "error"), json)
            ?? choices.Select(ErrorWords.OfChoice).FirstOrDefault(e => e is not null);
        return new ChunkBody(
            Text(json, "id"),
            Member(json, "created") is { ValueKind: JsonValueKind.Number } created ? JsonNode.Parse(created.GetRawText()) : null,
            [.. choices.Select(ChunkChoice.Of)],
            usage is { } used ? new ChunkUsage(used.PromptTokens, used.CompletionTokens) : null,
            error);
    }

    internal static JsonElement Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value : default;

    internal static string? Text(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.String } text ? JsonText.Of(text) : null;
}

internal sealed record ChunkChoice(int Index, ChunkDelta? Delta, string? FinishReason)
{
    public static ChunkChoice Of(JsonElement json) => new(
        ChunkBody.Member(json, "index") is { ValueKind: JsonValueKind.Number } index && index.TryGetInt32(out var number) ? number : 0,
        ChunkBody.Member(json, "delta") is { ValueKind: JsonValueKind.Object } delta ? ChunkDelta.Of(delta) : null,
        ChunkBody.Text(json, "finish_reason"));
}

internal sealed record ChunkDelta(string? Content, bool CallsTools)
{
    public static ChunkDelta Of(JsonElement json) => new(
        ReplyText.OfContent(ChunkBody.Member(json, "content")),
        (ChunkBody.Member(json, "tool_calls") is { ValueKind: JsonValueKind.Array } calls && calls.GetArrayLength() > 0)
            || ChunkBody.Member(json, "function_call").ValueKind == JsonValueKind.Object);
}

internal sealed record ChunkUsage(long PromptTokens, long CompletionTokens);
