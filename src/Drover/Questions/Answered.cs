using System.Text.Json;
using Drover.Recipes;
using Drover.Upstreams;

namespace Drover.Questions;

/// <summary>What became of a question.</summary>
/// <param name="Documents">The documents that were given to the answer, the most relevant first.</param>
/// <param name="Call">The calls for it, summed up: their tokens and cost. When it failed, the one that did.</param>
/// <param name="Data">The answer as the recipe <c>answer</c> gives it; null when it failed.</param>
public sealed record Answered(IReadOnlyList<SourceDocument> Documents, CallResult Call, JsonElement? Data);
