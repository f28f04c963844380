using System.Collections.Immutable;
using Drover.Budgets.Alerts;
using Drover.Budgets.Ledger;

namespace Drover.Budgets;

/// <summary>How the ledger changes: every function takes a document and gives the next one. No clock, no storage.</summary>
/// <remarks>
/// What holds before and after each: for every limit, settled + orphans + leases is not above it (unless the limit was lowered,
/// or a call cost more than its worst case).
/// </remarks>
internal static class SpendArithmetic
{
    /// <summary>A process reports what it settled and lost, and is given leases.</summary>
    public static (SpendDocument Ledger, SpendVerdict Verdict) Report(
        SpendDocument ledger, SpendReport report, BudgetOptions options, DateTimeOffset now)
    {
        var known = ledger.Holders.GetValueOrDefault(report.Holder);
        if (known is null && !report.IsFirst)
        {
            return (ledger, new SpendVerdict(null, [], []));
        }

        var holder = known ?? new SpendHolder(report.Expires, 0, []);
        var leases = ImmutableList.CreateBuilder<SpendLease>();
        foreach (var it in report.Leases)
        {
            var before = holder.Leases.Find(l => l.Number == it.Number)?.Reported ?? 0;
            ledger = Settle(ledger, it.Payer, it.Day, it.Settled - before, now);
            leases.Add(new SpendLease(it.Number, it.Payer.Batch, it.Day, it.Held, it.Settled, it.Payer.Key));
        }

        foreach (var (number, call) in report.Lost.Where(l => l.Call.LostNumber > holder.LostTaken))
        {
            var lease = leases.Find(l => l.Number == number)!;
            ledger = ledger with { Orphans = ledger.Orphans.Add(OrphanOf(report.Holder, lease, call)) };
        }

        ledger = Resolve(ledger, report.CostOf, now);
        holder = new SpendHolder(report.Expires, Math.Max(holder.LostTaken, report.LostCount), leases.ToImmutable());
        ledger = ledger with { Holders = ledger.Holders.SetItem(report.Holder, holder) };
        (ledger, var margins) = Grant(ledger, report, options);
        (ledger, var alerts) = SpendAlerts.Raise(ledger, options, Refusals(report, margins), now);
        return (Prune(ledger, now), new SpendVerdict(ledger.Holders[report.Holder], margins, alerts));
    }

    /// <summary>
    /// A process is gone: what its sheet settled is settled, what was under way are orphans, and the rest of its leases is free again.
    /// </summary>
    /// <param name="holderId">The id of its sheet.</param>
    /// <param name="sheet">The sheet, which nobody can write any more; null if there is none, which only a storage that forgets can
    /// do.</param>
    public static (SpendDocument Ledger, IReadOnlyList<SpendAlert> Alerts) Recover(
        SpendDocument ledger, string holderId, SpendSheet? sheet, BudgetOptions options, DateTimeOffset now)
    {
        if (ledger.Holders.GetValueOrDefault(holderId) is not { } holder)
        {
            return (ledger, []);
        }

        foreach (var lease in holder.Leases)
        {
            if (sheet is null)
            {
                // Nobody knows what became of it, so all of it may have been spent.
                ledger = lease.Amount <= 0 ? ledger : ledger with
                {
                    Orphans = ledger.Orphans.Add(
                        new Orphan($"{holderId}/lease-{lease.Number}", lease.Batch, lease.Day, 0, lease.Amount, lease.Key)),
                };
            }
            else if (sheet.Accounts.FirstOrDefault(a => a.Number == lease.Number) is { } account)
            {
                ledger = Settle(ledger, lease.Payer, lease.Day, account.Settled - lease.Reported, now);
                ledger = ledger with
                {
                    Orphans = ledger.Orphans.AddRange(
                        account.Open.Concat(account.Lost.Where(l => l.LostNumber > holder.LostTaken))
                            .Select(c => OrphanOf(holderId, lease, c))),
                };
            }
        }

        ledger = ledger with { Holders = ledger.Holders.Remove(holderId) };
        return SpendAlerts.Raise(ledger, options, [], now);
    }

    /// <summary>Settles the orphans whose cost is known.</summary>
    public static SpendDocument Resolve(SpendDocument ledger, Func<Orphan, decimal?> costOf, DateTimeOffset now)
    {
        foreach (var orphan in ledger.Orphans)
        {
            if (costOf(orphan) is { } cost)
            {
                ledger = Settle(ledger with { Orphans = ledger.Orphans.Remove(orphan) }, orphan.Payer, orphan.Day, cost, now);
            }
        }

        return ledger;
    }

    /// <summary>Sets a batch's own limit. Its alerts begin anew: the shares of this limit that are spent already have passed.</summary>
    public static SpendDocument SetLimit(
        SpendDocument ledger, string batch, decimal? limit, WhenSpent? whenSpent, decimal spent, BudgetOptions options, DateTimeOffset now)
    {
        var known = ledger.Batches.GetValueOrDefault(batch) ?? new BatchSpending(0, null, null, default);
        var record = known with
        {
            Settled = Math.Max(known.Settled, spent),
            Limit = limit,
            WhenSpent = whenSpent,
            Touched = SpendScopes.DayOf(now),
        };
        ledger = ledger with { Batches = ledger.Batches.SetItem(batch, record) };
        return SpendAlerts.BeginAnew(ledger, batch, limit ?? options.PerBatch);
    }

    /// <summary>Ends a batch's spending; null while something of it is still leased.</summary>
    /// <param name="resumable">Whether its record stays.</param>
    /// <param name="costOf">What an orphan cost; null: its worst case.</param>
    public static (SpendDocument Ledger, decimal Total, IReadOnlyList<SpendAlert> Alerts)? Close(
        SpendDocument ledger, string batch, bool resumable, Func<Orphan, decimal?> costOf, BudgetOptions options, DateTimeOffset now)
    {
        if (ledger.Leased(BudgetScope.Batch, batch, default) != 0)
        {
            return null;
        }

        ledger = Resolve(ledger, o => o.Batch == batch ? costOf(o) ?? o.Usd : null, now);
        (ledger, var alerts) = SpendAlerts.Raise(ledger, options, [], now);
        var total = ledger.Batches.GetValueOrDefault(batch)?.Settled ?? 0;
        return (resumable ? ledger : SpendAlerts.Forget(ledger with { Batches = ledger.Batches.Remove(batch) }, batch), total, alerts);
    }

    /// <summary>The tightest limit of a payer on a day.</summary>
    public static SpendMargin MarginOf(SpendDocument ledger, Payer payer, DateOnly day, BudgetOptions options)
    {
        var tightest = new SpendMargin(null, SpendScopes.Unlimited, 0);
        foreach (var scope in SpendScopes.All)
        {
            if (ledger.LimitOf(scope, payer, options) is { } limit)
            {
                var margin = new SpendMargin(scope, limit, ledger.Settled(scope, payer, day) + ledger.Orphaned(scope, payer, day));
                tightest = margin.AtBest < tightest.AtBest ? margin : tightest;
            }
        }

        return tightest;
    }

    // Everything that calls wait for, if there is enough; beyond that at most a quarter of what is left, so that others find some too.
    private static (SpendDocument Ledger, IReadOnlyList<SpendMargin> Margins) Grant(
        SpendDocument ledger, SpendReport report, BudgetOptions options)
    {
        var margins = new List<SpendMargin>();
        foreach (var it in report.Leases)
        {
            margins.Add(MarginOf(ledger, it.Payer, it.Day, options));
            var left = SpendScopes.All.Min(scope => ledger.LimitOf(scope, it.Payer, options) is { } limit
                ? limit - ledger.Settled(scope, it.Payer, it.Day)
                    - ledger.Orphaned(scope, it.Payer, it.Day) - ledger.Leased(scope, it.Payer, it.Day)
                : SpendScopes.Unlimited);
            var granted = left < it.Cheapest - it.Kept ? 0 : Math.Min(left, Math.Min(it.Wanted, Math.Max(it.Needed, left / 4)));
            if (granted > 0)
            {
                var holder = ledger.Holders[report.Holder];
                var at = holder.Leases.FindIndex(l => l.Number == it.Number);
                var lease = holder.Leases[at];
                holder = holder with { Leases = holder.Leases.SetItem(at, lease with { Amount = lease.Amount + granted }) };
                ledger = ledger with { Holders = ledger.Holders.SetItem(report.Holder, holder) };
            }
        }

        return (ledger, margins);
    }

    private static IEnumerable<(BudgetScope Scope, Payer Payer, DateOnly Day)> Refusals(
        SpendReport report, IReadOnlyList<SpendMargin> margins) =>
        report.Leases.Zip(margins).Where(p => p.First.Cheapest > p.Second.AtBest && p.Second.Scope is not null)
            .Select(p => (p.Second.Scope!.Value, p.First.Payer, p.First.Day));

    private static SpendDocument Settle(SpendDocument ledger, Payer payer, DateOnly day, decimal cost, DateTimeOffset now)
    {
        if (cost == 0)
        {
            return ledger;
        }

        var ofKey = ledger.DaysOf(payer.Key);
        ledger = ledger with
        {
            Days = ledger.Days.SetItem(day, ledger.Days.GetValueOrDefault(day) + cost),
            Keys = payer.Key is null
                ? ledger.Keys
                : ledger.Keys.SetItem(payer.Key, ofKey.SetItem(day, ofKey.GetValueOrDefault(day) + cost)),
        };
        if (payer.Batch == Payer.NoBatch)
        {
            return ledger;
        }

        var record = ledger.Batches.GetValueOrDefault(payer.Batch) ?? new BatchSpending(0, null, null, default);
        return ledger with
        {
            Batches = ledger.Batches.SetItem(
                payer.Batch, record with { Settled = record.Settled + cost, Touched = SpendScopes.DayOf(now) }),
        };
    }

    private static Orphan OrphanOf(string holder, SpendLease lease, SheetCall call) =>
        new(CallId(holder, call.Number), lease.Batch, lease.Day, call.Item, call.Usd, lease.Key);

    /// <summary>How orphans name a call.</summary>
    public static string CallId(string holder, long number) => $"{holder}/{number}";

    // Keeps this month and the last. What was lost of no batch, which nobody closes, has cost its worst case once its day is over.
    private static SpendDocument Prune(SpendDocument ledger, DateTimeOffset now)
    {
        var today = SpendScopes.DayOf(now);
        ledger = Resolve(ledger, o => o.Batch == Payer.NoBatch && o.Day < today ? o.Usd : null, now);
        var first = new DateOnly(today.Year, today.Month, 1).AddMonths(-1);
        var days = ledger.Days.Keys.Where(d => d < first).ToList();
        var batches = ledger.Batches.Where(b => b.Value.Touched < first && ledger.Leased(BudgetScope.Batch, b.Key, default) == 0)
            .Select(b => b.Key).ToList();
        if (days.Count == 0 && batches.Count == 0)
        {
            return ledger;
        }

        var keys = ledger.Keys.Select(k => KeyValuePair.Create(k.Key, k.Value.RemoveRange(days))).Where(k => !k.Value.IsEmpty);
        ledger = SpendAlerts.ForgetBefore(
            ledger with
            {
                Days = ledger.Days.RemoveRange(days),
                Keys = ledger.Keys.Clear().AddRange(keys),
                Batches = ledger.Batches.RemoveRange(batches),
            },
            first);
        return batches.Aggregate(ledger, SpendAlerts.Forget);
    }
}
