using System.Runtime.InteropServices;

namespace Drover.Simulator.Counting;

/// <summary>
/// Two counts for each identity, in about 30 bytes, so that millions fit; spread over shards so that growing one is short.
/// </summary>
internal sealed class IdentityCounts(bool? keepNames)
{
    private const int NamesByDefault = 100_000;
    private readonly Shard[] _shards = [.. Enumerable.Range(0, 64).Select(_ => new Shard())];
    private int _names;

    public int See(RequestIdentity identity)
    {
        var shard = ShardOf(identity.Hash);
        lock (shard)
        {
            ref var counts = ref CollectionsMarshal.GetValueRefOrAddDefault(shard.Counts, identity.Hash, out var exists);
            if (!exists && identity.Name is not null && KeepsName())
            {
                shard.Names.Add(identity.Hash, identity.Name);
            }

            return ++counts.Seen;
        }
    }

    public void Process(RequestIdentity identity)
    {
        var shard = ShardOf(identity.Hash);
        lock (shard)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(shard.Counts, identity.Hash, out _).Processed++;
        }
    }

    public (long Distinct, long Repeated) Totals()
    {
        var (distinct, repeated) = (0L, 0L);
        foreach (var shard in _shards)
        {
            lock (shard)
            {
                foreach (var counts in shard.Counts.Values)
                {
                    distinct += counts.Processed > 0 ? 1 : 0;
                    repeated += Math.Max(0, counts.Processed - 1);
                }
            }
        }

        return (distinct, repeated);
    }

    public IReadOnlyList<RequestCount> List(int min)
    {
        var list = new List<RequestCount>();
        foreach (var shard in _shards)
        {
            lock (shard)
            {
                foreach (var (hash, counts) in shard.Counts)
                {
                    if (counts.Processed >= min)
                    {
                        list.Add(new(shard.Names.GetValueOrDefault(hash) ?? hash.ToString("x16"), counts.Processed, counts.Seen));
                    }
                }
            }
        }

        list.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        return list;
    }

    public void Clear()
    {
        foreach (var shard in _shards)
        {
            lock (shard)
            {
                shard.Counts.Clear();
                shard.Names.Clear();
            }
        }

        Volatile.Write(ref _names, 0);
    }

    private Shard ShardOf(ulong hash) => _shards[hash % 64];

    private bool KeepsName() => keepNames ?? Interlocked.Increment(ref _names) <= NamesByDefault;

    private sealed class Shard
    {
        public Dictionary<ulong, Counts> Counts { get; } = [];

        public Dictionary<ulong, string> Names { get; } = [];
    }

    private record struct Counts(int Seen, int Processed);
}
