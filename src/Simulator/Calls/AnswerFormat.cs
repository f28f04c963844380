using System.Text.Json;

namespace Drover.Simulator.Calls;

/// <summary>What the answer must be: text, any JSON object, an instance of a schema, or a tool's arguments.</summary>
internal sealed record AnswerFormat(bool IsJson, JsonElement? Schema = null, string? Tool = null)
{
    public static AnswerFormat Text { get; } = new(false);

    public static AnswerFormat JsonObject { get; } = new(true);
}
