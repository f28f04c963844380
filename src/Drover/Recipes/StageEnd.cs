using System.Text.Json;

namespace Drover.Recipes;

/// <summary>What follows a stage of one source.</summary>
/// <param name="Steps">The steps of the next stage; none: this was the last.</param>
/// <param name="Data">The source's data, when this was the last.</param>
public sealed record StageEnd(IReadOnlyList<Source> Steps, JsonElement? Data = null);
