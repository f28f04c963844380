using Drover.Batches;
using Drover.Outcomes;
using Drover.Planning;

namespace Drover.Shards;

/// <summary>A shard that this run has taken: its items, and its outcomes so far.</summary>
/// <param name="Spec">The batch.</param>
/// <param name="Shard">Where it lies in the input; null of a shard that was settled before.</param>
/// <param name="Items">Its items, in the order of the input; none of a shard that was settled before.</param>
/// <param name="Log">Its outcomes.</param>
/// <param name="Spool">The outcomes on their way; null where none is configured.</param>
internal sealed record ShardClaim(BatchSpec Spec, Shard? Shard, IReadOnlyList<Item> Items, OutcomeLog Log, Spool? Spool) : IDisposable
{
    public bool IsSettled => Log.IsSettled;

    /// <summary>The items without an outcome.</summary>
    public List<string> Open => [.. Items.Where(i => !Log.Has(i.Id)).Select(i => i.Id)];

    /// <summary>The items without an outcome, as their places, from one on.</summary>
    public List<int> OpenFrom(int from) =>
        [.. Enumerable.Range(from, Math.Max(0, Items.Count - from)).Where(i => !Log.Has(Items[i].Id))];

    /// <summary>Appends what an earlier process spooled and did not come to append.</summary>
    /// <returns>How many outcomes.</returns>
    /// <exception cref="Storage.FencedException">Another run has taken the shard.</exception>
    public async Task<int> RecoverAsync()
    {
        // The folder outlives storage: what it holds may be of a batch that had this id before, or of another cut of this one.
        var ids = Items.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
        var recovered = Spool?.Recover().Where(o => ids.Contains(o.ItemId) && !Log.Has(o.ItemId)).DistinctBy(o => o.ItemId).ToList();
        if (recovered is { Count: > 0 })
        {
            await Log.AppendAsync([.. recovered.Where(o => !o.IsError)], isErrors: false, CancellationToken.None);
            await Log.AppendAsync([.. recovered.Where(o => o.IsError)], isErrors: true, CancellationToken.None);
        }

        Spool?.Delete();
        return recovered?.Count ?? 0;
    }

    public void Dispose() => Spool?.Dispose();
}
