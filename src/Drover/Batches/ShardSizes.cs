namespace Drover.Batches;

/// <summary>How a batch is cut into shards; kept in its spec, so that a plan that is lost is cut again the same.</summary>
/// <param name="Items">The most items in a shard.</param>
/// <param name="Bytes">The most bytes of input in a shard of more than one item.</param>
/// <param name="LineBytes">The longest input line.</param>
public sealed record ShardSizes(int Items, int Bytes, int LineBytes)
{
    public static ShardSizes Of(BatchOptions options) => new(options.ShardItems, options.ShardBytes, options.MaxLineBytes);
}
