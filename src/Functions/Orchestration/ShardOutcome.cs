using Drover.Batches;

namespace Drover.Functions.Orchestration;

/// <summary>How a shard ended.</summary>
/// <param name="IsSettled">Every item of it has its outcome.</param>
/// <param name="Tally">The counts over its outcomes.</param>
/// <param name="StopReason">Why the whole batch must stop, or null.</param>
public sealed record ShardOutcome(bool IsSettled, Tally Tally, string? StopReason)
{
    /// <summary>The items that wait in the retry queue.</summary>
    public long InRetry { get; init; }
}
