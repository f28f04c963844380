using System.Text.Json.Serialization;

namespace Drover.Outcomes;

/// <summary>The JSON of what stands beside outcomes in storage.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SettledMark))]
[JsonSerializable(typeof(IReadOnlyList<Attempt>))]
internal sealed partial class OutcomeJson : JsonSerializerContext;
