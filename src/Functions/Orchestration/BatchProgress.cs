using Drover.Batches;

namespace Drover.Functions.Orchestration;

/// <summary>The custom status of a batch's orchestration: small, and enough to answer how far it is.</summary>
/// <param name="Status">One of <see cref="BatchStatus"/>.</param>
/// <param name="Items">Items of the plan.</param>
/// <param name="Invalid">Lines that are no items.</param>
/// <param name="Settled">The counts over the settled shards.</param>
/// <param name="Open">The shards in flight; their counts are read where they are.</param>
public sealed record BatchProgress(string Status, long Items, long Invalid, Tally Settled, IReadOnlyList<int> Open)
{
    /// <summary>The model that all its requests are for, where its rules allow one only.</summary>
    public string? Model { get; init; }

    /// <summary>The items that wait in the retry queue.</summary>
    public long InRetry { get; init; }

    /// <summary>Of a batch that goes through stages: the one that it is at.</summary>
    public int? Stage { get; init; }

    /// <summary>When the first shard could run.</summary>
    public DateTimeOffset? InProgressAt { get; init; }

    /// <summary>When all items had their outcome.</summary>
    public DateTimeOffset? FinalizingAt { get; init; }
}
