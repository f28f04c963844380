using Drover.Budgets;
using Drover.Models;
using Drover.Upstreams;

namespace Drover.Calls;

/// <summary>Reserves the worst case of a call before each request, and settles what the request cost.</summary>
internal sealed class CallSpending(SpendLedger ledger, ModelCall call, string? model, ModelCatalogue models, TimeProvider time) : ISpending
{
    private readonly decimal? _worstCase = models.WorstCaseOf(model, call.Shape);
    private Reservation? _reservation;

    public async ValueTask<CallResult?> ReserveAsync(CancellationToken cancellationToken)
    {
        // A call without a model is refused by the upstream and costs nothing.
        if (_worstCase is null && models.Fault("'model'", model ?? "", isLimited: true) is { } fault)
        {
            return new CallResult(Outcome.Rejected) { ErrorCode = "model_not_found", ErrorMessage = fault };
        }

        switch (await ledger.ReserveAsync(call.Terms.Payer, call.Id, _worstCase ?? 0, cancellationToken))
        {
            case SpendAnswer.Granted granted:
                _reservation = granted.Reservation;
                return null;
            case SpendAnswer.Spent spent:
                return new CallResult(Outcome.BudgetSpent)
                {
                    ErrorCode = "budget_spent",
                    ErrorMessage = spent.Message,
                    RetryAfter = spent.WhenSpent == WhenSpent.Wait ? Until(spent.BeginsAnew) : null,
                };
            case SpendAnswer.Busy busy:
                return new CallResult(Outcome.NotSent)
                {
                    ErrorCode = "budget_busy",
                    ErrorMessage = "Calls under way hold what is left of the budget.",
                    RetryAfter = Until(busy.ComeBackAt),
                };
            case var other:
                throw new InvalidOperationException($"The ledger answered {other}.");
        }
    }

    public void Settle(CallResult result)
    {
        if (result.IsAnswerLost)
        {
            _reservation!.Lost();
        }
        else if (result.IsPaid)
        {
            _reservation!.Settle(CostOf(result));
        }
        else
        {
            _reservation!.Release();
        }
    }

    // An answer that does not say what it used may have thought for long: up to the request's own limit, where it sets one.
    private decimal CostOf(CallResult result) => result.IsUsageKnown || call.Shape.MostCompletionTokens is null
        ? models.CostOf(result.Model, result.Usage, model) ?? _worstCase ?? 0
        : _worstCase ?? 0;

    /// <summary>How long it is until then: the clock has gone on since the answer was made, perhaps past the time that it names.</summary>
    private TimeSpan? Until(DateTimeOffset? at) => at is { } then ? TimeSpan.FromTicks(Math.Max(0, (then - time.GetUtcNow()).Ticks)) : null;
}
