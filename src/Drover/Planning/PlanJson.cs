using System.Text.Json.Serialization;

namespace Drover.Planning;

/// <summary>The JSON of plans, as written to storage.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Shard))]
[JsonSerializable(typeof(int[]))]
internal sealed partial class PlanJson : JsonSerializerContext;
