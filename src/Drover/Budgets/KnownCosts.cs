using Drover.Budgets.Ledger;

namespace Drover.Budgets;

/// <summary>What calls cost that were settled lately: it settles lost calls of the same items. Not thread-safe.</summary>
/// <remarks>The memory is short (15 to 30 s): closing a batch looks into its outcomes for what is still open by then.</remarks>
internal sealed class KnownCosts(TimeProvider time)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, decimal> _calls = [];
    private Dictionary<ulong, decimal> _items = [];
    private Dictionary<ulong, decimal> _earlier = [];
    private long _since = time.GetTimestamp();

    /// <summary>The item's call cost that much.</summary>
    public void RememberItem(ulong item, decimal cost)
    {
        if (time.GetElapsedTime(_since) > Memory)
        {
            (_earlier, _items, _since) = (_items, [], time.GetTimestamp());
        }

        _items[item] = cost;
    }

    /// <summary>A call whose process was taken for dead cost that much after all.</summary>
    public void RememberCall(string call, decimal cost) => _calls[call] = cost;

    public decimal? Find(Orphan orphan) =>
        _calls.TryGetValue(orphan.Call, out var cost) || _items.TryGetValue(orphan.Item, out cost)
            || _earlier.TryGetValue(orphan.Item, out cost)
            ? cost : null;
}
