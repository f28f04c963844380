using System.Text.Json;

namespace Drover.Tickets;

/// <summary>A message of the retry queue: which ticket, and as whom. What is to be tried is in the ticket.</summary>
/// <param name="Container">The container of the batch: hosts with containers of their own may share a storage account.</param>
/// <param name="Ticket">The ticket's ticket when this was sent; once it has another, this message is void.</param>
/// <param name="Due">When it was to be delivered.</param>
public sealed record RetryMessage(string Container, string BatchId, int Shard, string Ticket, DateTimeOffset Due)
{
    /// <exception cref="JsonException">It is no message of ours.</exception>
    public static RetryMessage Read(BinaryData body) =>
        JsonSerializer.Deserialize(body.ToMemory().Span, TicketJson.Default.RetryMessage)
            ?? throw new JsonException("The message is null.");

    internal BinaryData ToBody() => BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(this, TicketJson.Default.RetryMessage));
}
