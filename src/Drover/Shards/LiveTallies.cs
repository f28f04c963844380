using System.Globalization;
using Drover.Batches;
using Microsoft.Extensions.Caching.Memory;

namespace Drover.Shards;

/// <summary>The counts of the shards that ran in this process lately, so that progress here need not read storage.</summary>
/// <remarks>A view, not a record: whoever finds nothing here reads the shard's log.</remarks>
public sealed class LiveTallies : IDisposable
{
    private readonly MemoryCache _tallies = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public void Set(string batchId, int shard, Tally tally) =>
        _tallies.Set(Key(batchId, shard), tally, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromMinutes(10) });

    public Tally? Find(string batchId, int shard) => _tallies.Get<Tally>(Key(batchId, shard));

    public void Dispose() => _tallies.Dispose();

    private static string Key(string batchId, int shard) => string.Create(CultureInfo.InvariantCulture, $"{batchId}/{shard}");
}
