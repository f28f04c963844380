using Drover.LocalRuntime;

[assembly: AssemblyFixture(typeof(Drover.LocalHost.Tests.AzuriteFixture))]

namespace Drover.LocalHost.Tests;

/// <summary>One Azurite for the tests that do not stop it; each test has a container of its own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private AzuriteServer? _server;

    public AzuriteEndpoints Endpoints { get; } = AzuriteEndpoints.Free();

    public async ValueTask InitializeAsync() =>
        _server = await AzuriteServer.EnsureAsync(Endpoints, _folder.Path, _ => { }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }
}
