namespace Drover.Budgets.Ledger;

/// <summary>How the limits of money stand for a batch, for display.</summary>
/// <param name="WhenSpent">What the batch does once the budget of a day or month is spent.</param>
/// <param name="Scopes">Batch, day and month, and the day and month of the key, if one pays; those without a limit too.</param>
public sealed record SpendState(WhenSpent WhenSpent, IReadOnlyList<SpendScopeState> Scopes);
