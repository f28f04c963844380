using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Drover.Tests.Budgets;

/// <summary>What the upstream was paid, by its own count.</summary>
internal sealed class Till
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, decimal> _answered = new();

    /// <summary>The worst case of the dearest item: three times its cost.</summary>
    public const decimal MostPerCall = 3 * 0.0016m;

    public decimal Paid { get; private set; }

    /// <summary>The costs of the items that have an outcome.</summary>
    public IReadOnlyDictionary<string, decimal> Answered => _answered;

    /// <summary>An item costs the same each time: 0.0001 to 0.0016 US dollars.</summary>
    public static decimal CostOf(string item) => (1 + item.Sum(c => c) % 16) / 10_000m;

    public void Pay(string item)
    {
        lock (_lock)
        {
            Paid += CostOf(item);
        }
    }

    public void Answer(string item) => _answered[item] = CostOf(item);

    public async IAsyncEnumerable<KeyValuePair<string, decimal>> OutcomesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var it in _answered)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return it;
        }

        await Task.CompletedTask;
    }
}
