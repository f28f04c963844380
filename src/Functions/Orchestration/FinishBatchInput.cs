using Drover.Batches;

namespace Drover.Functions.Orchestration;

/// <summary>How a batch is to end: the input of <see cref="FinishBatch"/>.</summary>
public sealed record FinishBatchInput(string BatchId, string Status, string? Reason, BatchPlan Plan)
{
    /// <summary>When all items had their outcome; null: they have not.</summary>
    public DateTimeOffset? FinalizingAt { get; init; }

    /// <summary>Through how many stages it went at the most; 0: it is a batch without.</summary>
    public int Stages { get; init; }

    /// <summary>The counts of a batch with stages; null: they are to be taken from the shards.</summary>
    public Tally? Tally { get; init; }
}
