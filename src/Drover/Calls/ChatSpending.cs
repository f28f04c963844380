using Drover.Budgets;
using Drover.Models;
using Drover.OpenAI;
using Drover.Upstreams;

namespace Drover.Calls;

/// <summary>
/// The budgets of calls that are relayed: those of day and month, which they share with all batches, and those of the caller's key.
/// </summary>
public sealed class ChatSpending(SpendLedger ledger, BudgetOptions options, ModelCatalogue models, TimeProvider time)
{
    /// <summary>The code, and the type, of the error that says that a budget is spent.</summary>
    public const string SpentCode = "insufficient_quota";

    /// <summary>
    /// Whether any budget holds for calls of a key, or without one. If none does, nothing is asked of the ledger, and bodies go as they
    /// came.
    /// </summary>
    public bool IsLimited(string? key) => options.HasPeriods(key);

    /// <summary>Why a call of that model cannot be made under a budget; null when it can.</summary>
    public string? Fault(string? model, string? key) => !IsLimited(key) ? null
        : string.IsNullOrWhiteSpace(model) ? "You must provide a model parameter: a budget is set, so prices must be known."
        : models.Fault("'model'", model);

    /// <summary>The call, as one that asks for money before it is sent.</summary>
    /// <param name="id">Names what is asked for: a later call of that name settles an earlier one whose answer was lost.</param>
    /// <param name="key">The name of the caller's key that pays; null for none.</param>
    public ApiCall Limit(ApiCall call, string id, string? key) => IsLimited(key)
        ? call with { Spending = new CallSpending(ledger, new Payer(Payer.NoBatch, key), id, call.Model, RequestShape.Read(call.Url, call.Body.Span), models, time) }
        : call;
}
