using System.Globalization;
using Drover.Budgets.Ledger;

namespace Drover.Budgets.Alerts;

/// <summary>Which shares of a limit have been announced: each once per limit and period, in the same write that found it.</summary>
internal static class SpendAlerts
{
    private static readonly int[] Shares = [50, 80, 100];

    /// <summary>Raises what is due. A refused call makes it 100 per cent, whatever small remainder is left.</summary>
    public static (SpendDocument Ledger, IReadOnlyList<SpendAlert> Alerts) Raise(
        SpendDocument ledger, BudgetOptions options, IEnumerable<(BudgetScope Scope, Payer Payer, DateOnly Day)> refused,
        DateTimeOffset now)
    {
        var alerts = new List<SpendAlert>();
        foreach (var (scope, payer, day) in Limited(ledger, options))
        {
            Check(scope, payer, day, Passed(ledger, scope, payer, day, options));
        }

        foreach (var (scope, payer, day) in refused)
        {
            Check(scope, payer, day, Passed(ledger, scope, payer, day, options).Append(100));
        }

        return (ledger, alerts);

        void Check(BudgetScope scope, Payer payer, DateOnly day, IEnumerable<int> passed)
        {
            var key = Key(scope, payer, day);
            foreach (var share in passed)
            {
                if (share <= ledger.Alerts.GetValueOrDefault(key))
                {
                    continue;
                }

                var alert = new SpendAlert(
                    scope,
                    SpendScopes.PeriodOf(scope, payer, day),
                    share,
                    ledger.LimitOf(scope, payer, options)!.Value,
                    ledger.Settled(scope, payer, day),
                    now);
                alerts.Add(alert);
                ledger = ledger with { Alerts = ledger.Alerts.SetItem(key, share) };
                if (options.AlertUrl.Length > 0)
                {
                    ledger = ledger with { Unsent = ledger.Unsent.Add(new UnsentAlert(IdOf(alert), alert, 0, now)) };
                }
            }
        }
    }

    /// <summary>A batch has another limit: what is spent of it already has passed, and the rest is to be announced.</summary>
    public static SpendDocument BeginAnew(SpendDocument ledger, string batch, decimal? limit)
    {
        var settled = ledger.Settled(BudgetScope.Batch, batch, default);
        var passed = limit is null ? 0 : Shares.LastOrDefault(s => settled * 100 >= limit * s);
        return ledger with { Alerts = ledger.Alerts.SetItem(Key(BudgetScope.Batch, batch, default), passed) };
    }

    public static SpendDocument Forget(SpendDocument ledger, string batch) =>
        ledger with { Alerts = ledger.Alerts.Remove(Key(BudgetScope.Batch, batch, default)) };

    /// <summary>Forgets the alerts of days and months before <paramref name="first"/>.</summary>
    public static SpendDocument ForgetBefore(SpendDocument ledger, DateOnly first)
    {
        var past = SpendScopes.All.Where(scope => scope != BudgetScope.Batch).SelectMany(scope => ledger.Alerts.Keys.Where(
            k => k.StartsWith(Prefix(scope), StringComparison.Ordinal) && string.CompareOrdinal(k, Key(scope, "", first)) < 0));
        return ledger with { Alerts = ledger.Alerts.RemoveRange(past) };
    }

    public static string Key(BudgetScope scope, Payer payer, DateOnly day) => Prefix(scope) + SpendScopes.PeriodOf(scope, payer, day);

    private static string Prefix(BudgetScope scope) => $"{scope.ToString().ToLowerInvariant()}:";

    private static IEnumerable<(BudgetScope Scope, Payer Payer, DateOnly Day)> Limited(SpendDocument ledger, BudgetOptions options)
    {
        foreach (var batch in ledger.Batches.Keys.Where(b => ledger.LimitOf(BudgetScope.Batch, b, options) is not null))
        {
            yield return (BudgetScope.Batch, batch, default);
        }

        foreach (var day in ledger.Days.Keys)
        {
            if (options.PerDay is not null)
            {
                yield return (BudgetScope.Day, "", day);
            }

            if (options.PerMonth is not null)
            {
                yield return (BudgetScope.Month, "", day);
            }
        }

        foreach (var (key, days) in ledger.Keys.Where(k => options.Of(k.Key) is not null))
        {
            foreach (
                var scope in new[] { BudgetScope.KeyDay, BudgetScope.KeyMonth }.Where(
                    s => ledger.LimitOf(s, new Payer("", key), options) is not null))
            {
                foreach (var day in days.Keys)
                {
                    yield return (scope, new Payer("", key), day);
                }
            }
        }
    }

    private static IEnumerable<int> Passed(SpendDocument ledger, BudgetScope scope, Payer payer, DateOnly day, BudgetOptions options)
    {
        var spent = ledger.Settled(scope, payer, day) * 100;
        return Shares.Where(s => spent >= s * ledger.LimitOf(scope, payer, options));
    }

    // The same alert has the same id, whoever sends it and however often.
    private static string IdOf(SpendAlert alert) => string.Create(
        CultureInfo.InvariantCulture,
        $"budget-{alert.Scope.ToString().ToLowerInvariant()}-{alert.Period}-{alert.LimitUsd:0.######}-{alert.Percent}");
}
