using System.Text.Json;
using Drover.Batches;

namespace Drover.Tickets;

/// <summary>What a ticket that the queue has bears in its metadata, for whoever lists them.</summary>
internal sealed record TicketMark(DateTimeOffset Due, int Left, Tally Counted)
{
    public const string Key = "slice";

    public static Dictionary<string, string> Of(RetryTicket ticket) => ticket.Ticket is null
        ? []
        : new()
        {
            [Key] = JsonSerializer.Serialize(
                new TicketMark(ticket.Due, ticket.Items.Count, ticket.Counted), TicketJson.Default.TicketMark),
        };

    public static TicketMark? Read(IDictionary<string, string>? metadata) => metadata?.TryGetValue(Key, out var text) == true
        ? JsonSerializer.Deserialize(text, TicketJson.Default.TicketMark)
        : null;
}
