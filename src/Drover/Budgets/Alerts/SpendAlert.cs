namespace Drover.Budgets.Alerts;

/// <summary>A share of a limit has been spent. Raised once per limit, period and share, whichever process spent it.</summary>
/// <param name="Period">The batch's id, the day (<c>2030-01-31</c>) or the month (<c>2030-01</c>); for a key, with its name behind
/// (<c>2030-01/alice</c>).</param>
/// <param name="Percent">50, 80, or 100: all of it, or what is left does not suffice for the next call.</param>
/// <param name="LimitUsd">The limit, in US dollars.</param>
/// <param name="SettledUsd">What was spent by then.</param>
internal sealed record SpendAlert(BudgetScope Scope, string Period, int Percent, decimal LimitUsd, decimal SettledUsd, DateTimeOffset At);
