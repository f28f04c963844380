using Drover.Settings;

namespace Drover.Budgets;

/// <summary>How much money the calls of one caller's key may cost, in US dollars. Section <c>Drover:Keys:NAME</c>.</summary>
public sealed class KeyBudget
{
    /// <summary>The most that a day (UTC) may cost. Null: no limit.</summary>
    [Amount]
    public decimal? PerDay { get; set; }

    /// <summary>The most that a calendar month (UTC) may cost. Null: no limit.</summary>
    [Amount]
    public decimal? PerMonth { get; set; }
}
