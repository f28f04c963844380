namespace Drover.Batches;

/// <summary>How a batch ended.</summary>
/// <param name="Status"><c>completed</c>, <c>failed</c>, <c>expired</c>, <c>cancelled</c> or <c>stopped</c>.</param>
/// <param name="Reason">Why, unless it is completed.</param>
/// <param name="Items">The items there were.</param>
/// <param name="Invalid">The lines that were no items.</param>
public sealed record FinalRecord(string Status, string? Reason, long Items, long Invalid, Tally Tally, DateTimeOffset EndedAt)
{
    /// <summary>A code for programs of the reason, where there is one.</summary>
    public string? Code { get; init; }

    /// <summary>The model that all its requests were for, where its rules allow one only.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// What the ledger counted for the batch, in US dollars: its outcomes and besides them every call whose answer was lost. Null
    /// when no budget was set.
    /// </summary>
    public decimal? SpentUsd { get; init; }

    /// <summary>Its commonest errors by their code, with an example each; null: there are none.</summary>
    public IReadOnlyList<ErrorGroup>? Errors { get; init; }

    /// <summary>When the first shard could run; null: never.</summary>
    public DateTimeOffset? InProgressAt { get; init; }

    /// <summary>When all items had their outcome; null: never.</summary>
    public DateTimeOffset? FinalizingAt { get; init; }
}
