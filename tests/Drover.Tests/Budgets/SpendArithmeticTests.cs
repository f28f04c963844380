using System.Collections.Immutable;
using Drover.Budgets;
using Drover.Budgets.Ledger;

namespace Drover.Tests.Budgets;

public sealed class SpendArithmeticTests
{
    private static readonly DateTimeOffset Now = new(2030, 3, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Today = new(2030, 3, 15);

    [Fact]
    public void Report_LimitsOfAllScopes_GrantsWhatTheTightestLeaves()
    {
        var options = new BudgetOptions { PerBatch = 10, PerDay = 4, PerMonth = 6 };
        var ledger = Spent(Today.AddDays(-1), 3m);

        var (next, verdict) = Report(ledger, options, wanted: 5, needed: 5, cheapest: 1);

        Assert.Equal(3m, next.Holders["p"].Leases[0].Amount);
        Assert.Equal((BudgetScope.Month, 6m, 3m), (verdict.Margins[0].Scope, verdict.Margins[0].Limit, verdict.Margins[0].Spent));
    }

    [Fact]
    public void Report_LessLeftThanTheCheapestCallNeeds_GrantsNothing()
    {
        var (next, verdict) = Report(Spent(Today, 3.5m), new BudgetOptions { PerDay = 4 }, wanted: 5, needed: 5, cheapest: 1);

        Assert.Equal(0, next.Holders["p"].Leases[0].Amount);
        Assert.Equal(0.5m, verdict.Margins[0].AtBest);
        Assert.Equal([50, 80, 100], verdict.Alerts.Select(a => a.Percent));
    }

    [Fact]
    public void Report_MoreWantedThanNeeded_GetsAQuarterOfWhatIsLeft()
    {
        var (next, _) = Report(SpendDocument.Empty, new BudgetOptions { PerDay = 4 }, wanted: 3, needed: 0.5m, cheapest: 0.5m);

        Assert.Equal(1m, next.Holders["p"].Leases[0].Amount);
    }

    [Fact]
    public void Report_HolderThatWasTakenForDead_ChangesNothing()
    {
        var report = ReportOf(1, 1, 1) with { IsFirst = false };

        var (next, verdict) = SpendArithmetic.Report(SpendDocument.Empty, report, new BudgetOptions(), Now);

        Assert.Same(SpendDocument.Empty, next);
        Assert.Null(verdict.Holder);
    }

    [Fact]
    public void Report_SecondTime_RaisesNoAlertAgain()
    {
        var options = new BudgetOptions { PerDay = 4, AlertUrl = "http://127.0.0.1/" };
        var (first, verdict) = Report(Spent(Today, 3.3m), options, 0, 0, 0);

        var (second, again) = Report(first, options, 0, 0, 0);

        Assert.Equal([("2030-03-15", 50), ("2030-03-15", 80)], verdict.Alerts.Select(a => (a.Period, a.Percent)));
        Assert.Equal(["budget-day-2030-03-15-4-50", "budget-day-2030-03-15-4-80"], second.Unsent.Select(u => u.Id));
        Assert.Empty(again.Alerts);
    }

    [Fact]
    public void Report_WhatWasLostOfNoBatch_CountsAtOnceAndIsChargedOnceItsDayIsOver()
    {
        var options = new BudgetOptions { PerBatch = 0.1m, PerMonth = 4 };
        var ledger = SpendDocument.Empty with { Orphans = [new Orphan("q/1", Payer.NoBatch, Today, 7, 3)] };

        var (sameDay, _) = Report(ledger, options, 0, 0, 0);
        var (nextDay, _) = SpendArithmetic.Report(ledger, ReportOf(0, 0, 0), options, Now.AddDays(1));

        Assert.Single(sameDay.Orphans);
        Assert.Equal(3, sameDay.Orphaned(BudgetScope.Month, "", Today));
        Assert.Empty(nextDay.Orphans);
        Assert.Empty(nextDay.Batches);
        Assert.Equal(3, nextDay.Settled(BudgetScope.Month, "", Today));
    }

    [Fact]
    public void Report_OldDaysAndBatches_AreForgotten()
    {
        var ledger = Spent(
            new DateOnly(2030, 1, 31),
            1) with
        { Alerts = Alerts("day:2030-01-31", "month:2030-01", "batch:x", "day:2030-02-01", "month:2030-02") };
        ledger = ledger with { Days = ledger.Days.Add(new DateOnly(2030, 2, 1), 1) };

        var (next, _) = Report(ledger, new BudgetOptions(), 0, 0, 0, batch: "y");

        Assert.Equal([new DateOnly(2030, 2, 1)], next.Days.Keys);
        Assert.Empty(next.Batches);
        Assert.Equal(["day:2030-02-01", "month:2030-02"], next.Alerts.Keys);
    }

    [Fact]
    public void Recover_NoSheet_ChargesWholeLeases()
    {
        var ledger = Report(SpendDocument.Empty, new BudgetOptions(), wanted: 2, needed: 2, cheapest: 1).Next;

        var (next, _) = SpendArithmetic.Recover(ledger, "p", null, new BudgetOptions(), Now);

        Assert.Empty(next.Holders);
        Assert.Equal(2m, next.Orphaned(BudgetScope.Batch, "x", Today));
    }

    [Fact]
    public void Recover_Sheet_SettlesWhatWasNotReportedAndKeepsWhatMayHaveCost()
    {
        var ledger = Report(SpendDocument.Empty, new BudgetOptions(), wanted: 5, needed: 5, cheapest: 1).Next;
        var sheet = new SpendSheet(true, 1, [new SheetAccount(1, 1.5m, [new SheetCall(7, 70, 1)], [new SheetCall(3, 30, 0.5m, 1)])]);

        var (next, _) = SpendArithmetic.Recover(ledger, "p", sheet, new BudgetOptions(), Now);
        var (again, _) = SpendArithmetic.Recover(next, "p", sheet, new BudgetOptions(), Now);

        Assert.Same(next, again);
        Assert.Equal((1.5m, 1.5m), (next.Batches["x"].Settled, next.Days[Today]));
        Assert.Equal([new Orphan("p/7", "x", Today, 70, 1), new Orphan("p/3", "x", Today, 30, 0.5m)], next.Orphans);
    }

    [Fact]
    public void Close_OrphansLeft_ChargesWhatIsKnownAndElseTheWorstCase()
    {
        var ledger =
            Spent(Today, 1) with
            {
                Orphans = [new("p/1", "x", Today, 10, 0.5m), new("p/2", "x", Today, 20, 0.5m), new("p/3", "z", Today, 30, 0.5m)],
            };

        var closed = SpendArithmetic.Close(ledger, "x", false, o => o.Item == 10 ? 0.125m : null, new BudgetOptions(), Now)!.Value;

        Assert.Equal(1.625m, closed.Total);
        Assert.Equal(1.625m, closed.Ledger.Days[Today]);
        Assert.Empty(closed.Ledger.Batches);
        Assert.Equal("z", Assert.Single(closed.Ledger.Orphans).Batch);
    }

    [Fact]
    public void Close_SomethingLeased_HasToWait()
    {
        var ledger = Report(SpendDocument.Empty, new BudgetOptions(), wanted: 2, needed: 2, cheapest: 1).Next;

        Assert.Null(SpendArithmetic.Close(ledger, "x", false, _ => null, new BudgetOptions(), Now));
    }

    [Fact]
    public void SetLimit_Raised_AnnouncesTheSharesOfTheNewLimit()
    {
        var options = new BudgetOptions { PerBatch = 4 };
        var ledger = Report(Spent(Today, 4), options, 0, 0, 0).Next;

        ledger = SpendArithmetic.SetLimit(ledger, "x", 6, WhenSpent.Wait, 0, options, Now);

        Assert.Equal(
            (50, 4m, 6m, WhenSpent.Wait),
            (ledger.Alerts["batch:x"], ledger.Batches["x"].Settled, ledger.Batches["x"].Limit, ledger.Batches["x"].WhenSpent));
    }

    [Fact]
    public void SetLimit_OfABatchThatHasSpentUnbooked_CountsIt()
    {
        var ledger = SpendArithmetic.SetLimit(Spent(Today, 4), "x", 6, null, 5, new BudgetOptions(), Now);

        Assert.Equal(5, ledger.Batches["x"].Settled);
        Assert.Equal(4, ledger.Days[Today]);
    }

    [Theory]
    [InlineData("2030-12-31T23:59:59Z", "2031-01-01T00:00:00Z", "2031-01-01T00:00:00Z")]
    [InlineData("2028-02-28T01:00:00+02:00", "2028-02-28T00:00:00Z", "2028-03-01T00:00:00Z")]
    public void EndOf_DayAndMonth_AreInUtc(string now, string day, string month)
    {
        var today = SpendScopes.DayOf(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(
            DateTimeOffset.Parse(day, System.Globalization.CultureInfo.InvariantCulture), SpendScopes.EndOf(BudgetScope.Day, today));
        Assert.Equal(
            DateTimeOffset.Parse(month, System.Globalization.CultureInfo.InvariantCulture), SpendScopes.EndOf(BudgetScope.Month, today));
        Assert.Null(SpendScopes.EndOf(BudgetScope.Batch, today));
    }

    private static SpendDocument Spent(DateOnly day, decimal amount) => SpendDocument.Empty with
    {
        Days = SpendDocument.Empty.Days.Add(day, amount),
        Batches = SpendDocument.Empty.Batches.Add("x", new BatchSpending(amount, null, null, day)),
    };

    private static (SpendDocument Next, SpendVerdict Verdict) Report(
        SpendDocument ledger, BudgetOptions options, decimal wanted, decimal needed, decimal cheapest, string batch = "x") =>
        SpendArithmetic.Report(ledger, ReportOf(wanted, needed, cheapest, batch), options, Now);

    private static SpendReport ReportOf(decimal wanted, decimal needed, decimal cheapest, string batch = "x") =>
        new("p", true, Now.AddSeconds(10), 0, [new LeaseReport(1, batch, Today, 0, 0, wanted, needed, 0, cheapest)], [], _ => null);

    private static ImmutableSortedDictionary<string, int> Alerts(params string[] keys) =>
        keys.ToImmutableSortedDictionary(k => k, _ => 50, StringComparer.Ordinal);
}
