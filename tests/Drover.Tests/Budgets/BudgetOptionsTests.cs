using Drover.Budgets;
using Drover.Settings;
using Microsoft.Extensions.Configuration;

namespace Drover.Tests.Budgets;

public sealed class BudgetOptionsTests
{
    private const string Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

    [Fact]
    public void Defaults_AreNoLimitAndStop()
    {
        var options = new BudgetOptions();

        Assert.Equal((null, null, null), (options.PerBatch, options.PerDay, options.PerMonth));
        Assert.Equal((WhenSpent.Stop, "", ""), (options.WhenSpent, options.AlertUrl, options.AlertSecret));
        Assert.Empty(options.Faults());
    }

    [Fact]
    public void Read_EverySetting_IsBound()
    {
        var options = Read(
            ("PerBatch", "1.5"), ("PerDay", "20"), ("PerMonth", "0.01"), ("WhenSpent", "wait"), ("AlertUrl", "https://example.org/a"),
            ("AlertSecret", Secret));

        Assert.Equal((1.5m, 20m, 0.01m), (options.PerBatch, options.PerDay, options.PerMonth));
        Assert.Equal((WhenSpent.Wait, "https://example.org/a", Secret), (options.WhenSpent, options.AlertUrl, options.AlertSecret));
    }

    [Fact]
    public void Read_ManyFaults_NamesThemAllAtOnceAndNoSecret()
    {
        var exception = Assert.Throws<DroverSettingsException>(() => Read(
            ("PerBatch", "0"), ("PerDay", "-0.5"), ("PerMonth", "much"), ("WhenSpent", "sleep"), ("AlertUrl", "ftp://x"),
            ("AlertSecret", "whsec_short"), ("PerYear", "1")));

        Assert.Equal(
            [
                "Drover:Budgets:PerMonth is 'much'; it must be a number.",
                "Drover:Budgets:PerYear is no setting; there are PerBatch, PerDay, PerMonth, WhenSpent, AlertUrl, AlertSecret.",
                "Drover:Budgets:WhenSpent is 'sleep'; it must be stop or wait.",
                "Drover:Budgets:PerBatch is 0; it must be more than 0 US dollars, or not set for no limit.",
                "Drover:Budgets:PerDay is -0.5; it must be more than 0 US dollars, or not set for no limit.",
                "Drover:Budgets:AlertUrl is 'ftp://x'; it must be an http or https address.",
                "Drover:Budgets:AlertSecret is not of the form whsec_BASE64, with 24 to 64 bytes in base64.",
            ],
            exception.Faults);
    }

    [Fact]
    public void Faults_NumberForWhenSpentAndUrlWithoutSecret_AreNamed() =>
        Assert.Equal(
            [
                "Drover:Budgets:WhenSpent is 7; it must be stop or wait.",
                "Drover:Budgets:AlertSecret is not set; alerts to Drover:Budgets:AlertUrl are signed with it (whsec_BASE64).",
            ],
            new BudgetOptions { WhenSpent = (WhenSpent)7, AlertUrl = "http://localhost/" }.Faults());

    private static BudgetOptions Read(params (string Key, string Value)[] settings) =>
        DroverSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(
            [
                new("AzureWebJobsStorage", "x"),
                .. settings.Select(s => new KeyValuePair<string, string?>($"Drover:Budgets:{s.Key}", s.Value))
            ]).Build()).Budgets;
}
