using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>Budgets, with real processes: what the simulator billed is what counts.</summary>
public sealed class BudgetTests(AzuriteFixture azurite)
{
    private const int Items = 600;

    [Fact]
    public async Task Run_BudgetThatComesLater_CountsWhatWasSpentBeforeStopsBelowItAndGoesOnWithAHigherOne()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Requests(0));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 20 });
        await using var free = Start(folder, simulator, []);
        await Eventually.TrueAsync(() => simulator.Stats.Snapshot().CostUsd > 0.05m, "some of the money to be spent");
        await free.SignalAsync("INT");
        Assert.Equal(130, await free.EndAsync());

        await using var poor = Start(folder, simulator, ["--budget", "0.2"]);
        Assert.Equal(3, await poor.EndAsync());

        Assert.Contains("The budget of the batch, 0.20 USD, is spent", poor.Errors, StringComparison.Ordinal);
        Assert.InRange(simulator.Stats.Snapshot().CostUsd, 0.19m, 0.2m);

        await using var rich = Start(folder, simulator, ["--budget", "2"]);
        Assert.Equal(0, await rich.EndAsync());
        Inputs.AssertEachOnce(folder, "in", Items);
        Assert.Equal((Items, 0), (simulator.Stats.Snapshot().Distinct, simulator.Stats.Snapshot().Repeated));
        Assert.Equal(simulator.Stats.Snapshot().CostUsd, await SpentAsync(folder, simulator));
    }

    [Fact]
    public async Task Run_TwoProcessesUnderOneBudgetAndOneKilled_NeverPassIt()
    {
        const decimal Limit = 0.3m;
        using var one = new TestFolder();
        using var two = new TestFolder();
        one.Write("in.jsonl", Requests(0));
        two.Write("in.jsonl", Requests(Items));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50 });
        await using var first = Start(one, simulator, [], Limit, one);
        await using var second = Start(two, simulator, [], Limit, one);
        await Eventually.TrueAsync(() => simulator.Stats.Snapshot().CostUsd > Limit / 5, "a fifth of the budget");

        await first.KillAsync();

        Assert.Equal(3, await second.EndAsync());
        Assert.Contains("The budget of the day, 0.30 USD, is spent", second.Errors, StringComparison.Ordinal);
        Assert.InRange(simulator.Stats.Snapshot().CostUsd, Limit * 0.85m, Limit); // What the killed one had under way stays reserved.

        await using var again = Start(one, simulator, [], Limit * 4, one);
        await using var rest = Start(two, simulator, [], Limit * 4, one);
        Assert.Equal((0, 0), (await again.EndAsync(), await rest.EndAsync()));
        Inputs.AssertEachOnce(one, "in", Items);
        Assert.InRange(simulator.Stats.Snapshot().Repeated, 0, 20);

        // A call that was reserved and not yet sent when its process was killed is charged: above the bill, by a cent at most.
        Assert.InRange(await SpentAsync(one, simulator) - simulator.Stats.Snapshot().CostUsd, 0, 0.01m);
    }

    [Fact]
    public async Task Run_WaitingForTheNextDay_SleepsAndGoesOnWhenTheBudgetIsRaised()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Requests(0));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 20 });
        await using var poor = Start(folder, simulator, ["--when-spent", "wait"], 0.1m);
        await Eventually.TrueAsync(
            () => poor.Errors.Contains("waiting: the budget of the day (0.10 USD) is spent", StringComparison.Ordinal),
            "the budget to be spent");
        var paid = simulator.Stats.Snapshot().CostUsd;
        Assert.InRange(paid, 0.09m, 0.1m);
        await poor.SignalAsync("INT");
        Assert.Equal(130, await poor.EndAsync());
        Assert.Equal(paid, simulator.Stats.Snapshot().CostUsd);

        await using var rich = Start(folder, simulator, ["--when-spent", "wait"], 10);

        Assert.Equal(0, await rich.EndAsync());
        Inputs.AssertEachOnce(folder, "in", Items);
        Assert.Equal(0, simulator.Stats.Snapshot().Repeated);
    }

    [Fact]
    public async Task Serve_BudgetOfTheDaySpent_RefusesChatsAsTheApiDoes()
    {
        const decimal Limit = 0.0004m;
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        await using var drover = DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["serve", "--port", "0"], Environment(Limit, null));
        using var http = new HttpClient { BaseAddress = await drover.AddressAsync() };
        foreach (var stream in new[] { "true", "false" })
        {
            HttpResponseMessage answer;
            do
            {
                using var body = new StringContent(
                    $$"""{"model":"gpt-4o-mini","stream":{{stream}},"max_tokens":80,"messages":[{"role":"user","content":"Write a line."}]}""",
                    null, "application/json");
                answer = await http.PostAsync("/v1/chat/completions", body);
            }
            while (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable);

            var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.Equal(
                ("insufficient_quota", "insufficient_quota"),
                (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
            Assert.StartsWith(
                "The budget of the day, 0.0004 USD, is spent", error.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Equal("false", answer.Headers.GetValues("x-should-retry").Single());
        }

        Assert.InRange(simulator.Stats.Snapshot().CostUsd, Limit / 2, Limit);
    }

    private static string Requests(int from) => string.Concat(Enumerable.Range(0, Items).Select(i =>
        $$$"""{"custom_id":"i{{{i}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o","max_tokens":150,"messages":[{"role":"user","content":"Write a line about number {{{from + i}}}."}]}}""" + "\n"));

    private DroverProcess Start(
        TestFolder folder, SimulatorServer simulator, string[] options, decimal? day = null,
        TestFolder? container = null) => DroverProcess.Start(
        folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", "--concurrency", "20", .. options],
        Environment(day, container));

    /// <summary>What the ledger counted for all batches of a folder's container.</summary>
    private async Task<decimal> SpentAsync(TestFolder folder, SimulatorServer simulator)
    {
        await using var status = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["status", "--json"]);
        Assert.Equal(0, await status.EndAsync());
        return status.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith('{'))
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("spent_usd"))
            .Sum(spent => spent.ValueKind == JsonValueKind.Number ? spent.GetDecimal() : 0);
    }

    private static (string, string?)[] Environment(decimal? day, TestFolder? container) =>
    [
        .. container is null ? [] : new (string, string?)[] { ("Drover__Storage__Container", DroverProcess.ContainerOf(container)) },
        .. day is null
            ? []
            : new (string, string?)[] { ("Drover__Budgets__PerDay", day.Value.ToString(CultureInfo.InvariantCulture)) },
    ];
}
