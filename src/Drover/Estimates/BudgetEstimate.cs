namespace Drover.Estimates;

/// <summary>Whether a budget will do.</summary>
/// <param name="Scope"><c>batch</c>, <c>day</c>, <c>month</c>, <c>key_day</c> or <c>key_month</c>.</param>
/// <param name="LimitUsd">The limit in US dollars.</param>
/// <param name="Verdict"><c>enough</c>: in any case; <c>likely</c>: for the cost expected, but not for the most; <c>short</c>: not even for
/// that.</param>
public sealed record BudgetEstimate(string Scope, decimal LimitUsd, string Verdict);
