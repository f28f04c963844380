using System.Text.Json.Serialization;

namespace Drover.Batches;

/// <summary>The JSON of batches, as written to storage.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BatchSpec))]
[JsonSerializable(typeof(BatchPlan))]
[JsonSerializable(typeof(FinalRecord))]
[JsonSerializable(typeof(ErrorLine))]
internal sealed partial class BatchJson : JsonSerializerContext;
