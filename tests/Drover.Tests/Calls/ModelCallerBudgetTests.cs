using System.Text;
using Drover.Budgets;
using Drover.Calls;
using Drover.Models;
using Drover.Simulator;
using Drover.Streams;
using Drover.Tests.Budgets;
using Drover.Tests.Streams;
using Drover.Tests.Upstreams;
using Drover.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Calls;

/// <summary>What is relayed counts against the budgets of day and month, as the simulator billed it.</summary>
public sealed class ModelCallerBudgetTests(AzuriteFixture azurite)
{
    private const int Streams = 8;

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(2, 0.5, 1)] // What a cut call used is estimated by the text that came: it never said. The simulator bills the whole answer.
    public async Task Start_UnderABudget_SettlesWhatWasBilledAndHidesTheUsageNobodyAskedFor(int cuts, double least, double most)
    {
        await using var streams = await TestStreams.StartAsync(
            azurite, new SimulatorOptions { FailStreamCut = cuts > 0 ? 1 : 0, MostFaults = cuts, AnswerWords = 200, TokenDelay = 1 });
        await using var spender = new Spender(azurite, streams.Blobs, new BudgetOptions { PerDay = 1 });
        var hub = streams.Hub(spender: spender);
        await Parallel.ForEachAsync(Enumerable.Range(0, Streams), async (i, _) =>
        {
            var transcript = await TestStreams.ReadAsync(hub, await TestStreams.StartAsync(hub, Chat($"{i}")));

            Assert.True(transcript.IsDone && transcript.Error is null);
            Assert.Null(transcript.Usage);
        });

        var billed = streams.Upstream.Stats.CostUsd;
        await Eventually.TrueAsync(async () => (await DayAsync(spender)) is { ReservedUsd: 0, SettledUsd: > 0 }, "all to be settled");
        Assert.InRange((await DayAsync(spender)).SettledUsd, billed * (decimal)least, billed * (decimal)most);
    }

    [Fact]
    public async Task Start_BudgetSpent_IsRefusedBeforeAnythingIsSent()
    {
        await using var streams = await TestStreams.StartAsync(azurite);
        await using var spender = new Spender(azurite, streams.Blobs, new BudgetOptions { PerMonth = 0.000001m });

        var refusal = await streams.Hub(spender: spender).Start(TestStreams.Chat("1")).Opened.WithinPatience();

        Assert.Equal(Outcome.BudgetSpent, refusal!.Outcome);
        Assert.Contains("the whole budget of the month", refusal.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, streams.Upstream.Stats.Received);
    }

    [Fact]
    public async Task Start_BudgetOfTheKeySpent_IsRefusedAndOthersAreNot()
    {
        await using var streams = await TestStreams.StartAsync(azurite);
        await using var spender = new Spender(
            azurite, streams.Blobs,
            new BudgetOptions { Keys = { ["poor"] = new KeyBudget { PerDay = 0.000001m }, ["rich"] = new KeyBudget { PerMonth = 1 } } });
        var hub = streams.Hub(spender: spender);

        var refusal = await hub.Start(TestStreams.Chat("1", key: "poor")).Opened.WithinPatience();
        Assert.Null(await hub.Start(TestStreams.Chat("2", key: "rich")).Opened.WithinPatience());
        Assert.Null(await hub.Start(TestStreams.Chat("3")).Opened.WithinPatience());

        Assert.Equal(Outcome.BudgetSpent, refusal!.Outcome);
        Assert.Contains("the whole budget of the key for the day", refusal.ErrorMessage, StringComparison.Ordinal);
        await Eventually.TrueAsync(
            async () => (await spender.Ledger.ReadAsync(new Payer("", "rich"), default))
                .Scopes.Single(s => s.Scope == BudgetScope.KeyMonth) is { ReservedUsd: 0, SettledUsd: > 0 },
            "to be settled");
    }

    [Theory]
    [InlineData("nobody-knows-it", "prices are not known")]
    [InlineData("", "You must provide a model")]
    [InlineData("gpt-4o-mini", null)]
    public async Task Fault_UnderABudget_IsThatPricesAreNotKnown(string model, string? fault)
    {
        await using var spender = new Spender(azurite, await azurite.CreateContainerAsync(), new BudgetOptions { PerDay = 1 });

        await using var upstream = await TestUpstream.StartAsync();
        var caller = new ModelCaller(
            new UpstreamPool([upstream.Client], []), new ModelCatalogue(), spender.Ledger, spender.Options, TimeProvider.System,
            NullLogger<ModelCaller>.Instance);

        var found = caller.Fault(caller.TermsFor(null), model);

        Assert.Equal(fault is null, found is null);
        Assert.Contains(fault ?? "", found ?? "", StringComparison.Ordinal);
    }

    private static ChatRequest Chat(string user) => ChatRequest.Read(Encoding.UTF8.GetBytes(
        Encoding.UTF8.GetString(TestStreams.Chat(user).Body.Span)
            .Replace("\"stream_options\":{\"include_usage\":true},", "", StringComparison.Ordinal)));

    private static async Task<SpendScopeState> DayAsync(Spender spender) =>
        (await spender.Ledger.ReadAsync("", default)).Scopes.Single(s => s.Scope == BudgetScope.Day);
}
