using Azure.Storage.Blobs;
using Azure.Storage.Queues;

[assembly: AssemblyFixture(typeof(Drover.LocalRuntime.Tests.AzuriteFixture))]

namespace Drover.LocalRuntime.Tests;

/// <summary>One Azurite for all tests; each test uses containers and queues of its own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly AzuriteProcess _azurite = new();

    public string ConnectionString => _azurite.ConnectionString;

    public BlobServiceClient Blobs => new(ConnectionString);

    public QueueServiceClient Queues => new(ConnectionString, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    public async ValueTask InitializeAsync() => await _azurite.StartAsync();

    public ValueTask DisposeAsync() => _azurite.DisposeAsync();
}
