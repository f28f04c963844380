using System.Text.Json.Serialization;

namespace Drover.Recipes;

/// <summary>What <c>copy</c> has written.</summary>
internal sealed record CopyData(IReadOnlyList<string> Texts);

/// <summary>The JSON of recipes' data.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CopyData))]
[JsonSerializable(typeof(IReadOnlyList<SourceDocument>))]
internal sealed partial class RecipeJson : JsonSerializerContext;
