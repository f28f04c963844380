using System.Text.Json;

namespace Drover.Recipes;

/// <summary>What a recipe makes of the replies to a source.</summary>
/// <param name="Data">The data; beside a fault: as much of it as there is.</param>
/// <param name="Fault">Why the replies will not do; null: they do.</param>
/// <param name="Ask">What is to be said to the model to go on; null: it has said enough, or will not do better.</param>
public sealed record Reading(JsonElement? Data, string? Fault = null, string? Ask = null)
{
    /// <summary>The code of the fault, for programs.</summary>
    public string Code { get; init; } = "unreadable_reply";
}
