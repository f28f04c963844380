using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drover.OpenAI;

/// <summary>What Drover reads of a <c>chat.completion.chunk</c>.</summary>
/// <remarks>https://platform.openai.com/docs/api-reference/chat-streaming</remarks>
internal sealed record ChunkBody(string? Id, long? Created, IReadOnlyList<ChunkChoice>? Choices, ChunkUsage? Usage, JsonElement? Error);

internal sealed record ChunkChoice(int Index, ChunkDelta? Delta, string? FinishReason);

internal sealed record ChunkDelta(string? Content, JsonElement? ToolCalls, JsonElement? FunctionCall)
{
    public bool CallsTools => ToolCalls is { ValueKind: JsonValueKind.Array } calls && calls.GetArrayLength() > 0
        || FunctionCall is { ValueKind: JsonValueKind.Object };
}

internal sealed record ChunkUsage(long PromptTokens, long CompletionTokens);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChunkBody))]
internal sealed partial class ChunkJson : JsonSerializerContext;
