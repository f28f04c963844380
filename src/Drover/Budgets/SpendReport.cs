using Drover.Budgets.Alerts;
using Drover.Budgets.Ledger;

namespace Drover.Budgets;

/// <summary>What a process tells the ledger, and what it asks for. All of it is in its sheet already.</summary>
/// <param name="Holder">The id of its sheet.</param>
/// <param name="IsFirst">Whether the ledger has not answered this process before. Otherwise it must be known there.</param>
/// <param name="Expires">Until when it will report again.</param>
/// <param name="LostCount">The sheet's number of lost calls.</param>
/// <param name="Leases">All its leases; one that the ledger has and that is not among them is given up, with nothing left to
/// report.</param>
/// <param name="Lost">The sheet's lost calls.</param>
/// <param name="CostOf">What the process knows an orphan to have cost; null: nothing.</param>
internal sealed record SpendReport(
    string Holder,
    bool IsFirst,
    DateTimeOffset Expires,
    long LostCount,
    IReadOnlyList<LeaseReport> Leases,
    IReadOnlyList<LostReport> Lost,
    Func<Orphan, decimal?> CostOf);

/// <param name="Number">The lease's number.</param>
/// <param name="Settled">What the sheet says is settled, from the lease's beginning on.</param>
/// <param name="Held">What stays leased in any case: calls under way, costs not in <paramref name="Settled"/>, and what is kept
/// ready.</param>
/// <param name="Wanted">What is asked for beyond that.</param>
/// <param name="Needed">How much of it calls wait for.</param>
/// <param name="Kept">How much of <paramref name="Held"/> is kept ready.</param>
/// <param name="Cheapest">The worst case of the cheapest call that waits; 0 if none does.</param>
internal sealed record LeaseReport(
    long Number, Payer Payer, DateOnly Day, decimal Settled, decimal Held, decimal Wanted, decimal Needed, decimal Kept, decimal Cheapest);

/// <param name="Lease">The number of its lease.</param>
internal sealed record LostReport(long Lease, SheetCall Call);

/// <summary>The ledger's answer.</summary>
/// <param name="Holder">How it has the process now; null: it was taken for dead, and nothing was changed.</param>
/// <param name="Margins">For each lease of the report, how much the tightest limit leaves at the very best.</param>
/// <param name="Alerts">The alerts that this report raised.</param>
internal sealed record SpendVerdict(SpendHolder? Holder, IReadOnlyList<SpendMargin> Margins, IReadOnlyList<SpendAlert> Alerts);

/// <summary>The tightest limit of a payer on a day.</summary>
/// <param name="Scope">Which; null: no limit at all.</param>
/// <param name="Spent">What is spent of it for good.</param>
internal sealed record SpendMargin(BudgetScope? Scope, decimal Limit, decimal Spent)
{
    /// <summary>What could be had if nothing under way cost anything.</summary>
    public decimal AtBest => Limit - Spent;
}
