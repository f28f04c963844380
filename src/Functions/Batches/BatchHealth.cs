using System.Globalization;
using Drover.Budgets;
using Drover.Budgets.Ledger;
using Drover.Shards;
using Drover.Upstreams;

namespace Drover.Functions.Batches;

/// <summary>Says what stands in the way of a batch that is under way, as this process sees it.</summary>
public sealed class BatchHealth(UpstreamPool upstreams, ShardClaims shards)
{
    private const int AllSpent = 100;

    /// <summary>One sentence, or null when nothing does.</summary>
    /// <param name="spending">How the limits of money stand for the batch.</param>
    public string? Find(SpendState? spending)
    {
        var upstream = upstreams.Default;
        return shards.StorageTrouble
            ?? (spending?.Scopes.FirstOrDefault(s => s is { AlertPercent: >= AllSpent, LimitUsd: not null }) is { } spent
                ? Describe(spent)
                : null)
            ?? (upstream.Throttle.PausedFor is var pause && pause > TimeSpan.Zero
                ? string.Create(CultureInfo.InvariantCulture, $"the upstream asked for {pause.TotalSeconds:N0} s")
                : upstream.Throttle.State.Trouble ?? upstream.Trouble);
    }

    private static string Describe(SpendScopeState spent) => string.Create(
        CultureInfo.InvariantCulture, $"the budget of the {spent.Name} ({spent.LimitUsd:0.00########} USD) is spent");
}
