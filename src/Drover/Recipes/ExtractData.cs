using System.Text.Json;
using System.Text.Json.Serialization;

namespace Drover.Recipes;

/// <summary>What <c>extract</c> finds in a source.</summary>
internal sealed record ExtractData(JsonElement Keywords, string Summary, JsonElement Categories, int Confidence);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ExtractData))]
internal sealed partial class RecipeJson : JsonSerializerContext;
