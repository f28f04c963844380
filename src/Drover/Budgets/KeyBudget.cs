using Drover.Settings;

namespace Drover.Budgets;

/// <summary>
/// How much money the calls of one caller's key may cost, in US dollars, and what its caller may see. Section <c>Drover:Keys:NAME</c>.
/// </summary>
public sealed class KeyBudget
{
    /// <summary>The most that a day (UTC) may cost. Null: no limit.</summary>
    [Amount]
    public decimal? PerDay { get; set; }

    /// <summary>The most that a calendar month (UTC) may cost. Null: no limit.</summary>
    [Amount]
    public decimal? PerMonth { get; set; }

    /// <summary>Whether its caller sees what all keys have made, and not only what this one has.</summary>
    public bool Admin { get; set; }
}
