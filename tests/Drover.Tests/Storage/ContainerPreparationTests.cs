using Azure.Storage.Blobs;
using Drover.LocalRuntime;
using Drover.Storage;

namespace Drover.Tests.Storage;

public sealed class ContainerPreparationTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task StartAsync_NoContainer_CreatesIt()
    {
        var blobs = new ContainerLayout(new BlobServiceClient(azurite.ConnectionString).GetBlobContainerClient("made-at-start"));

        await new ContainerPreparation(blobs).StartAsync(default);
        await new ContainerPreparation(blobs).StartAsync(default);

        Assert.True(await blobs.Container.ExistsAsync());
    }

    [Fact]
    public async Task StartAsync_NobodyListens_SaysWhereAndWhatToCheck()
    {
        var endpoints = AzuriteEndpoints.Free();
        var options = new BlobClientOptions();
        options.Retry.MaxRetries = 0;
        var blobs = new ContainerLayout(new BlobServiceClient(endpoints.ConnectionString, options).GetBlobContainerClient("c"));

        var exception = await Assert.ThrowsAsync<StorageUnreachableException>(() => new ContainerPreparation(blobs).StartAsync(default));

        Assert.StartsWith($"Storage cannot be used: http://127.0.0.1:{endpoints.BlobPort}/devstoreaccount1/c (", exception.Message);
        Assert.EndsWith("Check AzureWebJobsStorage.", exception.Message);
        Assert.DoesNotContain("AccountKey", exception.Message);
    }

    [Fact]
    public async Task StartAsync_WrongKey_SaysThatStorageRefuses()
    {
        var wrong = azurite.ConnectionString.Replace("AccountKey=Eby8", "AccountKey=AAAA", StringComparison.Ordinal);
        var blobs = new ContainerLayout(new BlobServiceClient(wrong).GetBlobContainerClient("c"));

        var exception = await Assert.ThrowsAsync<StorageUnreachableException>(() => new ContainerPreparation(blobs).StartAsync(default));

        Assert.DoesNotContain('\n', exception.Message);
    }
}
