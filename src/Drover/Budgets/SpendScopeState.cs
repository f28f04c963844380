using System.Text.Json.Serialization;

namespace Drover.Budgets;

/// <summary>How one limit of money stands.</summary>
/// <param name="Period">The batch's id, the day (<c>2030-01-31</c>) or the month (<c>2030-01</c>); for a key, with its name behind
/// (<c>2030-01/alice</c>).</param>
/// <param name="LimitUsd">The limit; null: none.</param>
/// <param name="SettledUsd">What was spent, as of the processes' last reports (a second old at most).</param>
/// <param name="ReservedUsd">What calls under way and calls whose answer was lost may cost, and what processes hold ready.</param>
/// <param name="AlertPercent">The highest alert passed: 0 (none), 50, 80 or 100.</param>
public sealed record SpendScopeState(
    BudgetScope Scope, string Period, decimal? LimitUsd, decimal SettledUsd, decimal ReservedUsd, int AlertPercent)
{
    /// <summary>What the limit is for, in a sentence: the budget of the …</summary>
    [JsonIgnore]
    public string Name => SpendScopes.NameOf(Scope);
}
