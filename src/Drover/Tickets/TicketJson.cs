using System.Text.Json.Serialization;

namespace Drover.Tickets;

/// <summary>The JSON of tickets and of their messages.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RetryTicket))]
[JsonSerializable(typeof(TicketMark))]
[JsonSerializable(typeof(RetryMessage))]
internal sealed partial class TicketJson : JsonSerializerContext;
