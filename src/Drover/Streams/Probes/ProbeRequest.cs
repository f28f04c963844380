using System.Text.Json.Serialization;

namespace Drover.Streams.Probes;

/// <summary>The body that <see cref="StreamProbe"/> sends.</summary>
internal sealed record ProbeRequest(string Model, bool Stream, int MaxTokens, IReadOnlyList<ProbeMessage> Messages);

internal sealed record ProbeMessage(string Role, string Content);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProbeRequest))]
internal sealed partial class ProbeJson : JsonSerializerContext;
