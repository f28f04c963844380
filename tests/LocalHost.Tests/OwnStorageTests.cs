using System.Diagnostics;
using System.Globalization;
using Drover.LocalRuntime;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>
/// The data folder's own Azurite: started and ended by whoever comes first and goes last, and never under somebody's feet.
/// </summary>
public sealed class OwnStorageTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private SimulatorServer _simulator = null!;

    private string Azurite => _folder.File(".drover/azurite");

    public async ValueTask InitializeAsync() => _simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 20 });

    public async ValueTask DisposeAsync()
    {
        await AzuriteServer.WaitForEndAsync(Azurite, CancellationToken.None);
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_RightAfterAnother_FindsWhatThatOneWrote()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            await RunAsync(name, 20);
        }

        Assert.Equal(60, _simulator.Stats.Snapshot().Received);
        await RunAsync("a", 20); // Nothing is called again, so nothing was lost.
        Assert.Equal(60, _simulator.Stats.Snapshot().Received);
        await using var status = Start("status");
        Assert.Equal(0, await status.EndAsync());
        Assert.Equal(3, status.Output.Split("completed").Length - 1);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Run_WhileTheStorageOfTheRunBeforeStillEnds_WaitsForItAndSaysSo()
    {
        await RunAsync("a", 20);
        var endpoints = await AzuriteServer.EndpointsOfAsync(Azurite, _ => { }, CancellationToken.None);
        var before = (await AzuriteServer.EnsureAsync(endpoints, Azurite, _ => { }, CancellationToken.None))!;
        await SignalAsync(before.ProcessId, "STOP");
        await before.LeaveAsync();
        await using var run = Start("run", _folder.Write("b.jsonl", Inputs.Requests(20)));
        await Eventually.TrueAsync(
            () => run.Errors.Contains("still writes its data; waiting for it", StringComparison.Ordinal), "the run to wait");

        await SignalAsync(before.ProcessId, "CONT");

        Assert.Equal(0, await run.EndAsync());
        Inputs.AssertEachOnce(_folder, "b", 20);
        Assert.Equal(40, _simulator.Stats.Snapshot().Received);
        await RunAsync("a", 20);
        Assert.Equal(40, _simulator.Stats.Snapshot().Received);
    }

    [Fact]
    public async Task Status_BesideARunFromItsStartToItsEnd_AnswersAndDisturbsNothing()
    {
        // On a new folder, where the ports are chosen and the container is made by whoever is first.
        await using var first = Start("status");
        await using var run = Start("run", _folder.Write("in.jsonl", Inputs.Requests(400)), "--concurrency", "4");
        await using var second = Start("status");
        Assert.Equal((0, 0), (await first.EndAsync(), await second.EndAsync()));
        do
        {
            await using var status = Start("status");
            Assert.True(await status.EndAsync() == 0, status.Errors);
        }
        while (!run.HasEnded);

        Assert.True(await run.EndAsync() == 0, run.Errors);
        Inputs.AssertEachOnce(_folder, "in", 400);
        Assert.Equal(0, _simulator.Stats.Snapshot().Repeated);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Status_AfterAKilledHost_EndsTheStorageThatItLeft()
    {
        await using (var serve = Start("serve", "--port", "0"))
        {
            await serve.AddressAsync();
            await serve.KillAsync();
        }

        Assert.True((await AzuriteServer.EndpointsOfAsync(Azurite, _ => { }, CancellationToken.None)).IsAnyTaken);

        await using var status = Start("status");
        Assert.Equal(0, await status.EndAsync());
        await AssertNothingIsLeftAsync();
    }

    private async Task RunAsync(string name, int items)
    {
        await using var run = Start("run", _folder.Write($"{name}.jsonl", Inputs.Requests(items)));
        Assert.True(await run.EndAsync() == 0, run.Errors);
    }

    private async Task AssertNothingIsLeftAsync()
    {
        await AzuriteServer.WaitForEndAsync(Azurite, CancellationToken.None);
        Assert.False(File.Exists(Path.Combine(Azurite, "azurite.pid")));
        Assert.False((await AzuriteServer.EndpointsOfAsync(Azurite, _ => { }, CancellationToken.None)).IsAnyTaken);
    }

    private DroverProcess Start(params string[] arguments) =>
        DroverProcess.Start(_folder, AzuriteEndpoints.Default, _simulator.BaseAddress, arguments, ("AzureWebJobsStorage", ""));

    private static async Task SignalAsync(int processId, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
