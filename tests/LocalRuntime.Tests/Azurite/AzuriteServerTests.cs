using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;

namespace Drover.LocalRuntime.Tests;

public sealed class AzuriteServerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("drover-azurite-").FullName;
    private AzuriteEndpoints _endpoints = null!;

    public async ValueTask InitializeAsync() =>
        _endpoints = await AzuriteServer.EndpointsOfAsync(_folder, _ => { }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await AzuriteServer.WaitForEndAsync(_folder, CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task EnsureAsync_WhenItListens_ItLeadsASessionOfItsOwn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sessions are read from /proc.");
        await using var server = await StartAsync();

        var stat = File.ReadAllText($"/proc/{server.ProcessId}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // state, parent, process group, session
        var id = server.ProcessId.ToString(CultureInfo.InvariantCulture);
        Assert.Equal((id, id), (fields[2], fields[3]));
    }

    [Fact]
    public async Task LeaveAsync_WithAConnectionThatNobodyUses_DoesNotWaitForItAndTheDataAreWritten()
    {
        var server = await StartAsync();
        await Container("kept").CreateAsync();
        using var idle = new TcpClient();
        // Azurite waits for its end, which HttpClient makes 15 seconds of.
        await idle.ConnectAsync(IPAddress.Loopback, _endpoints.BlobPort);
        await Container("kept").ExistsAsync(); // So that it has seen the connection.

        await server.LeaveAsync();

        using (var process = Process.GetProcessById(server.ProcessId))
        {
            Assert.False(process.HasExited);
        }

        Assert.Contains(
            "\"kept\"", await File.ReadAllTextAsync(Path.Combine(_folder, "__azurite_db_blob__.json")), StringComparison.Ordinal);
        idle.Close();
        await AzuriteServer.WaitForEndAsync(_folder, CancellationToken.None);
        await using var next = await StartAsync();
        Assert.True(await Container("kept").ExistsAsync());
    }

    [Fact]
    public async Task EnsureAsync_WhileTheLastOneStillEnds_WaitsForItAndListensOnTheSamePorts()
    {
        var first = await StartAsync();
        await SignalAsync(first.ProcessId, "STOP");
        await first.LeaveAsync();
        var said = new List<string>();
        var starting = AzuriteServer.EnsureAsync(_endpoints, _folder, said.Add, CancellationToken.None);
        await Eventually.TrueAsync(() => said.Count > 0, "it to say that it waits");
        Assert.Equal(_endpoints, await AzuriteServer.EndpointsOfAsync(_folder, _ => { }, CancellationToken.None).WithinPatience());
        Assert.False(starting.IsCompleted);

        await SignalAsync(first.ProcessId, "CONT");

        await using var second = (await starting.WithinPatience())!;
        Assert.NotEqual(first.ProcessId, second.ProcessId);
        Assert.Equal(["The storage emulator of the run before still writes its data; waiting for it …"], said);
    }

    [Fact]
    public async Task LeaveAsync_ByOneOfTwo_LeavesItToTheOther()
    {
        var both = await Task.WhenAll(StartAsync(), StartAsync());
        Assert.Equal(both[0].ProcessId, both[1].ProcessId);

        await both[0].LeaveAsync();
        Assert.False((await Container("shared").CreateIfNotExistsAsync()).GetRawResponse().IsError);

        await both[1].DisposeAsync();
        Assert.False(_endpoints.IsAnyTaken);
    }

    [Fact]
    public async Task EnsureAsync_CancelledOnTheWay_LeavesNothingRunning()
    {
        using var cancelled = new CancellationTokenSource();
        var starting = AzuriteServer.EnsureAsync(_endpoints, _folder, _ => { }, cancelled.Token);
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(_folder, "azurite.pid")), "its process");

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        await AzuriteServer.WaitForEndAsync(_folder, CancellationToken.None);
        Assert.False(File.Exists(Path.Combine(_folder, "azurite.pid")));
        Assert.False(_endpoints.IsAnyTaken);
    }

    private async Task<AzuriteServer> StartAsync() =>
        (await AzuriteServer.EnsureAsync(_endpoints, _folder, _ => { }, CancellationToken.None))!;

    private BlobContainerClient Container(string name) => new(_endpoints.ConnectionString, name);

    private static async Task SignalAsync(int processId, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
