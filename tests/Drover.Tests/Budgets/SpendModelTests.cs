using Drover.Budgets;

namespace Drover.Tests.Budgets;

public sealed class SpendModelTests
{
    [Fact]
    public void AnyInterleaving_NobodyDies_LedgerIsWithinLimitsAndEqualsWhatWasSpent()
    {
        var (granted, spent, byKeys) = (0, 0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var model = new SpendModel(seed, crashes: false);
            model.Run(600);
            model.Finish();

            Assert.Equal(model.Truth(_ => true), model.Ledger.Days.Values.Sum());
            Assert.Equal(model.Truth(c => c.Batch == "a"), model.Ledger.Batches.GetValueOrDefault("a")?.Settled ?? 0);
            Assert.All(["k", "l"], key => Assert.Equal(model.TruthOf(key), model.Ledger.DaysOf(key).Values.Sum()));
            (granted, spent, byKeys) = (granted + model.Granted, spent + model.SpentAnswers, byKeys + model.SpentByKeys);
        }

        Assert.True(
            granted > 2_000 && spent > 500 && byKeys > 200,
            $"Not much was tried: {granted} granted, {spent} refused, {byKeys} of them for a key.");
    }

    [Fact]
    public void AnyInterleaving_ProcessesDieOrAreTakenForDead_LedgerIsWithinLimitsAndForgetsNothing()
    {
        var recoveries = 0;
        for (var seed = 1_000; seed < 1_080; seed++)
        {
            var model = new SpendModel(seed, crashes: true);
            model.Run(600);
            model.Finish();

            var settled = model.Ledger.Days.Values.Sum();
            Assert.InRange(settled, model.Truth(_ => true), model.Truth(_ => true) + model.Phantoms());
            Assert.Equal(settled, model.Ledger.Batches.Values.Sum(b => b.Settled));
            recoveries += model.Recoveries;
        }

        Assert.True(recoveries > 300, $"Not much was tried: {recoveries} recoveries.");
    }

    [Fact]
    public void AnyInterleaving_Alerts_AreRaisedOnceForWhatIsPassedOrRefusedAndForNothingElse()
    {
        var (passed, refused) = (0, 0);
        for (var seed = 2_000; seed < 2_040; seed++)
        {
            var model = new SpendModel(seed, crashes: seed % 2 == 0);
            model.Run(600);

            // A report whose answer was lost has raised its alerts, and a repetition does not raise them again.
            Assert.Distinct(model.Alerts.Select(a => (a.Scope, a.Period, a.Percent)));
            Assert.All(model.Alerts.Where(a => a.Percent < 100), a => Assert.True(a.SettledUsd >= a.LimitUsd * a.Percent / 100));

            // A limit that refused a call is spent, whatever is left of it; the shares below have no alert then.
            var due = model.PassedShares().Concat(model.Refused.Select(r => (r.Scope, r.Period, Percent: 100))).ToList();
            Assert.Equal(
                due.GroupBy(d => (d.Scope, d.Period)).Select(g => (g.Key, g.Max(d => d.Percent))).Order(),
                model.Alerts.GroupBy(a => (a.Scope, a.Period)).Select(g => (g.Key, g.Max(a => a.Percent))).Order());
            (passed, refused) = (passed + model.PassedShares().Count(), refused + model.Refused.Count);
        }

        Assert.True(passed > 30 && refused > 20, $"Not much was tried: {passed} shares passed, {refused} limits refused a call.");
    }
}
