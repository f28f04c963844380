using System.Text.Json;
using Drover.LocalRuntime;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>Second chances, with the real process and a real queue.</summary>
public sealed class RetryTests(AzuriteFixture azurite)
{
    private const int Items = 400;

    [Fact]
    public async Task Run_KilledWhileItemsAreInTheRetryQueue_CompletesThemByWayOfTheQueue()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Input());
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Poison = "POISON" });
        await using (var killed = Start(folder, azurite.Endpoints, simulator, "run", "in.jsonl"))
        {
            await Eventually.TrueAsync(() => Log(folder).Contains("try 2 of 6", StringComparison.Ordinal), "a try by way of the queue");
            await killed.KillAsync();
        }

        simulator.Options = simulator.Options with { Poison = null };
        await using var drover = Start(folder, azurite.Endpoints, simulator, "run", "in.jsonl");

        Assert.Equal(0, await drover.EndAsync());
        Inputs.AssertEachOnce(folder, "in", Items);
        Assert.Equal((Items, 0), (simulator.Stats.Snapshot().Processed, simulator.Stats.Snapshot().Repeated));
    }

    [Fact]
    public async Task Run_ItemsThatFailForEver_AreDeadLettersUntilTheyAreRetried()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Input());
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Poison = "POISON" });
        await using var drover = Start(
            folder, azurite.Endpoints, simulator, ["run", "in.jsonl", "--id", "lost"], ("Drover__Batches__MaxRetries", "1"));

        Assert.Equal(2, await drover.EndAsync());
        Inputs.AssertEachOnce(folder, "in", Items);
        var errors = File.ReadLines(folder.File("in.errors.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(Items / 20, errors.Count);
        Assert.All(errors, e => Assert.Equal(
            ("dead_letter", 3),
            (
                e.GetProperty("error").GetProperty("code").GetString(),
                e.GetProperty("drover").GetProperty("history")[0].GetProperty("times").GetInt32())));

        simulator.Options = simulator.Options with { Poison = null };
        await using var retry = Start(folder, azurite.Endpoints, simulator, "retry", "lost", "--code", "dead_letter");
        Assert.Equal(0, await retry.EndAsync());
        await using var again = Start(folder, azurite.Endpoints, simulator, "run", "in.jsonl", "--id", "lost");
        Assert.Equal(0, await again.EndAsync());
        Inputs.AssertEachOnce(folder, "in", Items);
        Assert.False(File.Exists(folder.File("in.errors.jsonl")));
        Assert.Equal((Items, 0), (simulator.Stats.Snapshot().Processed, simulator.Stats.Snapshot().Repeated));
    }

    // Every twentieth item is one that the simulator fails while it has poison.
    private static string Input() => string.Concat(Inputs.Requests(Items).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select((line, i) => (i % 20 == 0 ? line.Replace("Write one line", "POISON", StringComparison.Ordinal) : line) + "\n"));

    private static DroverProcess Start(TestFolder folder, AzuriteEndpoints storage, SimulatorServer simulator, params string[] arguments) =>
        Start(folder, storage, simulator, arguments, []);

    private static DroverProcess Start(
        TestFolder folder, AzuriteEndpoints storage, SimulatorServer simulator, string[] arguments,
        params (string Name, string? Value)[] environment) =>
        DroverProcess.Start(folder, storage, simulator.BaseAddress, arguments, [
            ("Drover__Batches__MaxPasses", "2"),
            ("Drover__Batches__FirstWait", "00:00:00.1"),
            ("Drover__Batches__FirstRetry", "00:00:01"),
            ("Drover__Batches__LongestRetry", "00:00:02"),
            .. environment]);

    private static string Log(TestFolder folder)
    {
        if (!File.Exists(folder.File(".drover/drover.log")))
        {
            return "";
        }

        using var reader = new StreamReader(
            new FileStream(folder.File(".drover/drover.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
