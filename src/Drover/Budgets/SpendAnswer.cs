namespace Drover.Budgets;

/// <summary>What <see cref="SpendLedger.ReserveAsync"/> answers: granted, spent, or busy.</summary>
public abstract record SpendAnswer
{
    private SpendAnswer()
    {
    }

    /// <summary>The call may be made. Its reservation must be settled, released, or declared lost.</summary>
    public sealed record Granted(Reservation Reservation) : SpendAnswer;

    /// <summary>A limit does not allow the call, and nothing that is under way could still free enough.</summary>
    /// <param name="SpentUsd">What is spent of it, with what lost calls may have cost.</param>
    /// <param name="WorstCaseUsd">What the call could have cost.</param>
    /// <param name="BeginsAnew">When the day or month ends; null for a batch.</param>
    /// <param name="WhenSpent">What the batch is to do; with <see cref="WhenSpent.Wait"/> there is a <paramref name="BeginsAnew"/>.</param>
    public sealed record Spent(
        BudgetScope Scope, decimal LimitUsd, decimal SpentUsd, decimal WorstCaseUsd, DateTimeOffset? BeginsAnew,
        WhenSpent WhenSpent) : SpendAnswer
    {
        /// <summary>The reason in one sentence.</summary>
        public string Message => WorstCaseUsd > LimitUsd
            ? FormattableString.Invariant(
                $"The next call may cost {WorstCaseUsd:0.00########} USD, which is more than the whole budget of the {Name}, {LimitUsd:0.00########} USD.")
            : FormattableString.Invariant(
                $"The budget of the {Name}, {LimitUsd:0.00########} USD, is spent: {SpentUsd:0.00########} USD, and the next call may cost {WorstCaseUsd:0.00########} USD.");

        private string Name => SpendScopes.NameOf(Scope);
    }

    /// <summary>Not now: calls under way hold what is left of a limit, or storage does not answer.</summary>
    /// <param name="ComeBackAt">When to ask again.</param>
    public sealed record Busy(DateTimeOffset ComeBackAt) : SpendAnswer;
}
