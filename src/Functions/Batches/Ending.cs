using Drover.Batches;

namespace Drover.Functions.Batches;

/// <summary>How a batch is to end: the input of <see cref="FinishBatch"/>.</summary>
public sealed record Ending(string BatchId, string Status, string? Reason, BatchPlan Plan)
{
    /// <summary>When all items had their outcome; null: they have not.</summary>
    public DateTimeOffset? FinalizingAt { get; init; }
}
