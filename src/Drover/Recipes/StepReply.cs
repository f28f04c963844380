using System.Text.Json;

namespace Drover.Recipes;

/// <summary>A step and the data of its reply.</summary>
public readonly record struct StepReply(Source Step, JsonElement Data);
