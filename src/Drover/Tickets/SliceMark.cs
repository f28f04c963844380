using System.Text.Json;
using Drover.Batches;

namespace Drover.Tickets;

/// <summary>What a slice that the queue has bears in its metadata, for whoever lists them.</summary>
internal sealed record SliceMark(DateTimeOffset Due, int Left, Tally Counted)
{
    public const string Key = "slice";

    public static Dictionary<string, string> Of(RetrySlice slice) => slice.Ticket is null
        ? []
        : new() { [Key] = JsonSerializer.Serialize(new SliceMark(slice.Due, slice.Items.Count, slice.Counted), TicketJson.Default.SliceMark) };

    public static SliceMark? Read(IDictionary<string, string>? metadata) => metadata?.TryGetValue(Key, out var text) == true
        ? JsonSerializer.Deserialize(text, TicketJson.Default.SliceMark)
        : null;
}
