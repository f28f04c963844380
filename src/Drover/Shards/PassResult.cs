using Drover.Batches;

namespace Drover.Shards;

/// <summary>What one run of a shard came to. It crosses the orchestration, so it is counts only.</summary>
/// <param name="IsSettled">Every item of the shard has its outcome, and the shard is marked so.</param>
/// <param name="Tally">The counts over the shard's outcomes.</param>
/// <param name="Left">The items without an outcome.</param>
/// <param name="ComeBackAt">When to run the shard again, if items are left.</param>
/// <param name="IsWholePass">The pass came to the shard's end: it counts against <see cref="BatchOptions.MaxPasses"/>.</param>
/// <param name="Next">The first item that this pass has not tried; the next run of the pass begins there.</param>
/// <param name="StopReason">Why the whole batch must stop, or null.</param>
public sealed record PassResult(
    bool IsSettled, Tally Tally, int Left, DateTimeOffset ComeBackAt, bool IsWholePass, int Next, string? StopReason)
{
    /// <summary>What is left waits in the retry queue, and the shard is to be run no more.</summary>
    public bool IsInRetry { get; init; }

    /// <summary>The result of a shard that is settled.</summary>
    public static PassResult Settled(Tally tally) => new(true, tally, 0, default, true, 0, null);
}
