using System.Text.Json;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>Several keys and several upstreams, with the real process.</summary>
public sealed class UpstreamTests(AzuriteFixture azurite)
{
    private const int Items = 600;

    [Fact]
    public async Task Run_KeyRevokedInTheMiddle_GoesOnWithTheOther()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(Items));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50, Keys = ["sk-one", "sk-two"] });
        await using var drover = Start(folder, simulator, ("OPENAI_API_KEY", "sk-one, sk-two"));
        await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed > Items / 4, "a quarter of the items");

        simulator.Options = simulator.Options with { Keys = ["sk-two"] };

        Assert.Equal(0, await drover.EndAsync());
        Inputs.AssertEachOnce(folder, "in", Items);
        Assert.False(File.Exists(folder.File("in.errors.jsonl")));
        Assert.Contains("Key 1 of the upstream 'default' is out", Log(folder), StringComparison.Ordinal);
        Assert.InRange(simulator.Stats.Snapshot().ByStatus[401], 5, 5 + 10); // Those under way when it was revoked, too.
    }

    [Fact]
    public async Task Run_EveryKeyRevokedInTheMiddle_StopsWithTheReason()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(Items));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50, Keys = ["sk-one", "sk-two"] });
        await using var drover = Start(folder, simulator, ("OPENAI_API_KEY", "sk-one,sk-two"));
        await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed > Items / 4, "a quarter of the items");

        simulator.Options = simulator.Options with { Keys = ["sk-three"] };

        Assert.Equal(3, await drover.EndAsync());
        Assert.Contains("The upstream refused the API key (401 invalid_api_key)", drover.Errors, StringComparison.Ordinal);
        Assert.InRange(simulator.Stats.Snapshot().ByStatus[401], 10, 40);
        Assert.DoesNotContain("sk-", drover.Errors + Log(folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UpstreamFailing_GoesOnAtTheFallbackAndRecordsIt()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(Items));
        await using var first = await SimulatorServer.StartAsync(new SimulatorOptions { Fail503 = 1 });
        await using var second = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 20 });
        await using var drover = Start(
            folder,
            first,
            ("Drover__Upstreams__backup__BaseUrl", second.BaseAddress.ToString()),
            ("Drover__Upstreams__backup__ApiKey", "sk-backup"),
            ("Drover__Fallbacks__0__Upstream", "backup"),
            ("Drover__Fallbacks__0__Model", "gpt-4o"));

        Assert.Equal(0, await drover.EndAsync());

        Inputs.AssertEachOnce(folder, "in", Items);
        Assert.All(
            File.ReadLines(folder.File("in.results.jsonl")).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("drover")),
            d =>
                Assert.Equal(
                    ("backup", true),
                    (
                        d.GetProperty("upstream").GetString(),
                        d.GetProperty("model").GetString()!.StartsWith("gpt-4o", StringComparison.Ordinal))));
        Assert.Equal(Items, second.Stats.Snapshot().Distinct);
    }

    private DroverProcess Start(TestFolder folder, SimulatorServer simulator, params (string, string?)[] environment) =>
        DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", "--concurrency", "10"], environment);

    private static string Log(TestFolder folder) => File.ReadAllText(folder.File(".drover/drover.log"));
}
