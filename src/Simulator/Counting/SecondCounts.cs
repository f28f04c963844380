namespace Drover.Simulator.Counting;

/// <summary>A ring of the last ten minutes, second by second. Not thread-safe.</summary>
internal sealed class SecondCounts
{
    private readonly SecondCount[] _ring = new SecondCount[600];

    public void Add(long second, int accepted, int rejected)
    {
        ref var slot = ref _ring[second % _ring.Length];
        slot = slot.Second == second
            ? slot with { Accepted = slot.Accepted + accepted, Rejected = slot.Rejected + rejected }
            : new SecondCount(second, accepted, rejected);
    }

    public IReadOnlyList<SecondCount> ToList()
    {
        var newest = _ring.Max(slot => slot.Second);
        return [.. _ring.Where(slot => slot.Second > newest - _ring.Length && slot.Second > 0).OrderBy(slot => slot.Second)];
    }

    public void Clear() => Array.Clear(_ring);
}
