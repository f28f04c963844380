using Azure.Storage.Blobs;
using Drover.LocalRuntime;
using Drover.Storage;

[assembly: AssemblyFixture(typeof(Drover.Tests.AzuriteFixture))]

namespace Drover.Tests;

/// <summary>One Azurite for all tests; each test has a container of its own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly AzuriteEndpoints _endpoints = AzuriteEndpoints.Free();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drover-tests-");
    private AzuriteServer? _server;

    public string ConnectionString => _endpoints.ConnectionString;

    public async ValueTask InitializeAsync() =>
        _server = await AzuriteServer.EnsureAsync(_endpoints, _folder.FullName, _ => { }, CancellationToken.None);

    /// <summary>An empty container.</summary>
    public async Task<ContainerLayout> CreateContainerAsync()
    {
        var container = new BlobServiceClient(ConnectionString).GetBlobContainerClient($"t{Guid.NewGuid():N}");
        await container.CreateAsync();
        return new ContainerLayout(container);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
