using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Drover.LocalRuntime;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>Whatever crashes: no item lost, none twice, and no more calls repeated than were under way.</summary>
public sealed class CrashTests(AzuriteFixture azurite)
{
    private const int Items = 5000;
    private const int Concurrency = 50;
    private const int Odd = 900;

    [Fact]
    public async Task Run_KilledTwiceOnTheWay_SettlesEachItemOnceAndRepeatsAtMostWhatWasUnderWay()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(Items));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50 });
        foreach (var share in new[] { 3, 2 })
        {
            await using var killed = Start(folder, azurite.Endpoints, simulator);
            await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed >= Items / share, "the items before the kill");
            await killed.KillAsync();
        }

        await using var drover = Start(folder, azurite.Endpoints, simulator);
        Assert.Equal(0, await drover.EndAsync());

        Inputs.AssertEachOnce(folder, "in", Items);
        Assert.InRange(simulator.Stats.Snapshot().Repeated, 0, 2 * Concurrency);
    }

    [Fact]
    public async Task Run_Interrupted_WaitsForWhatIsUnderWayAndRepeatsNothing()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(Items));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50 });
        await using (var interrupted = Start(folder, azurite.Endpoints, simulator))
        {
            await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed >= Items / 3, "the items before the signal");
            await interrupted.SignalAsync("INT");
            Assert.Equal(130, await interrupted.EndAsync());
            Assert.Contains("The same command goes on", interrupted.Errors, StringComparison.Ordinal);
        }

        await using var drover = Start(folder, azurite.Endpoints, simulator);
        Assert.Equal(0, await drover.EndAsync());

        Inputs.AssertEachOnce(folder, "in", Items);
        Assert.Equal(0, simulator.Stats.Snapshot().Repeated);
    }

    [Fact]
    public async Task Run_StorageStoppedAndStartedAgain_GoesOnByItselfAndRepeatsNothing()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(Items));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50 });
        var endpoints = AzuriteEndpoints.Free();
        var storage = await StartStorageAsync(endpoints, folder);
        await using var drover = Start(folder, endpoints, simulator);
        await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed >= Items / 2, "half of the items");

        await storage.DisposeAsync();
        storage = await StartStorageAsync(endpoints, folder);

        Assert.Equal(0, await drover.EndAsync());
        await storage.DisposeAsync();
        Inputs.AssertEachOnce(folder, "in", Items);
        Assert.Equal(0, simulator.Stats.Snapshot().Repeated);
    }

    [Fact]
    public async Task Run_StorageKilledAndItsLastWritesForgotten_TheAuditBringsThemBack()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(Items));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50 });
        var endpoints = AzuriteEndpoints.Free();
        var storage = await StartStorageAsync(endpoints, folder);
        await using var drover = Start(folder, endpoints, simulator);
        await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed >= Items * 3 / 4, "most of the items");

        Process.GetProcessById(storage!.ProcessId).Kill();
        await storage.DisposeAsync();
        storage = await StartStorageAsync(endpoints, folder);

        Assert.Equal(0, await drover.EndAsync());
        await storage.DisposeAsync();
        Inputs.AssertEachOnce(folder, "in", Items);
    }

    [Fact]
    public async Task Run_UpstreamGoneForAWhile_WaitsWithoutFailingAnything()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(Items));
        var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50 });
        await using var drover = Start(folder, azurite.Endpoints, simulator);
        await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed >= Items / 2, "half of the items");
        var port = simulator.BaseAddress.Port;
        await simulator.DisposeAsync();

        // Away until Drover has noticed.
        await Eventually.TrueAsync(
            () => Log(folder).Contains("does not answer: nothing is sent", StringComparison.Ordinal), "the open circuit");
        await using var back = await SimulatorServer.StartAsync(new SimulatorOptions { Port = port, Latency = 50 });

        Assert.Equal(0, await drover.EndAsync());
        Inputs.AssertEachOnce(folder, "in", Items);
        Assert.False(File.Exists(folder.File("in.errors.jsonl")));
    }

    [Fact]
    public async Task Run_KilledUnderAnUpstreamThatAnswersOddly_EachItemOnceAndNoFalseResult()
    {
        string[] results =
            ["status-201", "bom", "float-usage", "no-usage", "infinity", "status-498", "html-524", "busy-400", "error-inside-once"];
        string[] errors = ["choices-empty", "half-body", "content-filter", "azure-filter"];
        string[] boughtTwice = ["choices-empty", "half-body"];
        string[] kinds = [.. results, .. errors, .. Enumerable.Repeat("usual", 5)];
        using var folder = new TestFolder();
        folder.Write("in.jsonl", string.Concat(Enumerable.Range(0, Odd).Select(i => JsonSerializer.Serialize(
            new { id = $"i{i}", text = $"Text number {i}, flagged. (answer as {kinds[i % kinds.Length]})" }) + "\n")));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50 });
        foreach (var share in new[] { 4, 2 })
        {
            await using var killed = Start(folder, azurite.Endpoints, simulator);
            await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed >= Odd / share, "the items before the kill");
            await killed.KillAsync();
        }

        await using var drover = Start(folder, azurite.Endpoints, simulator);
        Assert.Equal(2, await drover.EndAsync());

        Inputs.AssertEachOnce(folder, "in", Odd);
        var kindsOf = File.ReadLines(folder.File("in.results.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).Select(l =>
        {
            Assert.NotEqual("", l.GetProperty("response").GetProperty("body").GetProperty("choices")[0].GetProperty("message")
                .GetProperty("content").GetString());
            return kinds[int.Parse(l.GetProperty("custom_id").GetString()![1..], CultureInfo.InvariantCulture) % kinds.Length];
        });
        Assert.Equal(results.Append("usual").Order(), kindsOf.Distinct().Order());
        var twice = Enumerable.Range(0, Odd).Count(i => boughtTwice.Contains(kinds[i % kinds.Length]));
        // A kill repeats what was under way, and what could not be read in the pass that it ended: that is noted at the end of a pass.
        Assert.InRange(simulator.Stats.Snapshot().Repeated, twice, twice + (2 * (Concurrency + twice)));
    }

    private static DroverProcess Start(TestFolder folder, AzuriteEndpoints storage, SimulatorServer simulator) => DroverProcess.Start(
        folder,
        storage,
        simulator.BaseAddress,
        ["run", "in.jsonl", "--concurrency", Concurrency.ToString(CultureInfo.InvariantCulture)],
        ("Drover__Upstream__CoolDown", "00:00:02"));

    private static async Task<AzuriteServer> StartStorageAsync(AzuriteEndpoints endpoints, TestFolder folder) =>
        (await AzuriteServer.EnsureAsync(endpoints, folder.File("storage"), _ => { }, CancellationToken.None))!;

    private static string Log(TestFolder folder)
    {
        using var reader = new StreamReader(
            new FileStream(folder.File(".drover/drover.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
