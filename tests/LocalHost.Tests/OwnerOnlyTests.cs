using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Drover.LocalRuntime;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>What Drover keeps on a machine is for its user alone.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class OwnerOnlyTests : IDisposable
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite
        | UnixFileMode.OtherExecute;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_ItsFolderAndAllFilesInIt_AreClosedToOthersAndTheResultsAreNot()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        _folder.Write("in.jsonl", Inputs.Requests(20));
        Directory.CreateDirectory(_folder.File(".drover"));
        _folder.Write(".drover/holder", "of an earlier version");
        File.SetUnixFileMode(_folder.File(".drover"), (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(_folder.File(".drover/holder"), (UnixFileMode)0b110_100_100);
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        await using (var drover = Start(simulator, "run", "in.jsonl", "--output", "out"))
        {
            Assert.True(await drover.EndAsync() == 0, drover.Errors);
        }

        await AzuriteServer.WaitForEndAsync(_folder.File(".drover/azurite"), CancellationToken.None);
        var entries = Directory.GetFileSystemEntries(_folder.File(".drover"), "*", SearchOption.AllDirectories)
            .Append(_folder.File(".drover"));
        Assert.DoesNotContain(entries, e => (File.GetUnixFileMode(e) & Others) != 0);
        Assert.Contains(entries, e => e.EndsWith("durable.db", StringComparison.Ordinal));

        var usual = _folder.Write("usual", "");
        Assert.Equal(File.GetUnixFileMode(usual), File.GetUnixFileMode(_folder.File("out/in.results.jsonl")));
        var usualFolder = Directory.CreateDirectory(_folder.File("usual-folder")).FullName;
        Assert.Equal(File.GetUnixFileMode(usualFolder), File.GetUnixFileMode(_folder.File("out")));
    }

    [Fact]
    public async Task Run_ItsStorage_DoesNotOpenToThePublicKey()
    {
        _folder.Write("in.jsonl", Inputs.Requests(2000));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 20 });
        await using var drover = Start(simulator, "run", "in.jsonl");
        await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed > 10, "it runs");
        var endpoints = AzuriteEndpoints.Parse(File.ReadAllText(_folder.File(".drover/azurite/azurite.ports")))!;

        Assert.NotEqual(AzuriteEndpoints.PublicKey, endpoints.Key);
        var stranger = new Azure.Storage.Blobs.BlobServiceClient((endpoints with { Key = AzuriteEndpoints.PublicKey }).ConnectionString);
        var refused = await Assert.ThrowsAsync<Azure.RequestFailedException>(
            () => stranger.GetBlobContainersAsync().AsPages().FirstAsync().AsTask());
        Assert.Equal(403, refused.Status);
        var own = new Azure.Storage.Blobs.BlobServiceClient(endpoints.ConnectionString);
        Assert.NotNull(await own.GetBlobContainersAsync().AsPages().FirstAsync());
        Assert.Equal(0, await drover.EndAsync());
        await AzuriteServer.WaitForEndAsync(_folder.File(".drover/azurite"), CancellationToken.None);
    }

    [Fact]
    public async Task Run_Killed_ItsStorageEndsByItselfAndTheNextRunFindsAll()
    {
        _folder.Write("in.jsonl", Inputs.Requests(400));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50 });
        int azurite;
        await using (var killed = Start(simulator, "run", "in.jsonl", "--concurrency", "10"))
        {
            await Eventually.TrueAsync(() => simulator.Stats.Snapshot().Processed > 200, "it runs");
            azurite = int.Parse(File.ReadAllText(_folder.File(".drover/azurite/azurite.pid")), CultureInfo.InvariantCulture);
            await killed.KillAsync();
        }

        await Eventually.TrueAsync(() => !IsRunning(azurite), "the end of the storage that nobody uses");

        await using var drover = Start(simulator, "run", "in.jsonl");
        Assert.True(await drover.EndAsync() == 0, drover.Errors);
        Inputs.AssertEachOnce(_folder, "in", 400);
        Assert.InRange(simulator.Stats.Snapshot().Repeated, 0, 10);
        await AzuriteServer.WaitForEndAsync(_folder.File(".drover/azurite"), CancellationToken.None);
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            return false;
        }
    }

    private DroverProcess Start(SimulatorServer simulator, params string[] arguments) => DroverProcess.Start(
        _folder, AzuriteEndpoints.Free(), simulator.BaseAddress, arguments, ("AzureWebJobsStorage", null));
}
