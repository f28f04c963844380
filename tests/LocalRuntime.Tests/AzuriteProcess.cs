using System.Diagnostics;

namespace Drover.LocalRuntime.Tests;

/// <summary>Azurite on free ports and with a folder of its own; it can be killed and started again.</summary>
internal sealed class AzuriteProcess : IAsyncDisposable
{
    private readonly AzuriteEndpoints _endpoints = AzuriteEndpoints.Free();
    private readonly string _folder = Directory.CreateTempSubdirectory("drover-azurite-").FullName;
    private AzuriteServer? _server;

    public string ConnectionString => _endpoints.ConnectionString;

    public async Task StartAsync() =>
        _server = await AzuriteServer.EnsureAsync(_endpoints, _folder, _ => { }, CancellationToken.None);

    /// <summary>Ends Azurite as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (_server is { } server)
        {
            using (var process = Process.GetProcessById(server.ProcessId))
            {
                process.Kill();
                await process.WaitForExitAsync();
            }

            await server.DisposeAsync();
            _server = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
