using Drover.Upstreams;

namespace Drover.Shards;

/// <summary>What a pass came to, with the items that are left.</summary>
/// <param name="Open">The items of the shard without an outcome.</param>
/// <param name="Failed">Those of them that this pass tried, and how they failed.</param>
internal sealed record PassEnd(PassResult Result, IReadOnlyList<string> Open, IReadOnlyList<(string Id, CallResult Failure)> Failed)
{
    /// <summary>When items without an outcome expire.</summary>
    public DateTimeOffset ExpiresAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Another run has taken the shard: this one has no say in it any more.</summary>
    public bool IsFenced { get; init; }
}
