using System.Text.Json.Serialization;

namespace Drover.Tickets;

/// <summary>The JSON of slices and of their messages.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RetrySlice))]
[JsonSerializable(typeof(SliceMark))]
[JsonSerializable(typeof(RetryMessage))]
internal sealed partial class TicketJson : JsonSerializerContext;
