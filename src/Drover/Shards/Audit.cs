using System.Text.Json.Serialization;
using Drover.Batches;

namespace Drover.Shards;

/// <summary>What storage holds of a batch's outcomes, shard by shard.</summary>
/// <param name="Short">Shards that are not settled, the first few hundred of them; empty when the batch may be closed.</param>
/// <param name="Tally">The counts over all settled shards, and over what is settled of those that wait in the retry queue.</param>
/// <param name="Problem">Why the batch cannot go on at all, or null.</param>
/// <param name="Closing">Why the batch was closed early, as the mark in storage says, or null.</param>
public sealed record Audit(IReadOnlyList<int> Short, Tally Tally, string? Problem = null, string? Closing = null)
{
    /// <summary>How many shards wait in the retry queue with a ticket of theirs.</summary>
    [JsonPropertyName("Slices")] // As it stands in histories.
    public int Tickets { get; init; }

    /// <summary>The items in these tickets.</summary>
    public long InRetry { get; init; }

    /// <summary>By when all of these tickets should have been tried; if not, the queue has lost one.</summary>
    public DateTimeOffset RetryBy { get; init; }
}
