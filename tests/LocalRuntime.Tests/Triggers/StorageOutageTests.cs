using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Drover.LocalRuntime.Tests.Hosting;

namespace Drover.LocalRuntime.Tests.Triggers;

public sealed class StorageOutageTests
{
    [Fact]
    public async Task Host_WhoseStorageGoesAwayAndComesBack_GoesOnWithBlobsAndQueues()
    {
        await using var azurite = new AzuriteProcess();
        await azurite.StartAsync();
        await using var host = await TestHost.StartAsync(new TestHostOptions
        {
            Functions = [typeof(Functions)],
            Settings = { ["AzureWebJobsStorage"] = azurite.ConnectionString },
            HostJson = """{ "version": "2.0", "extensions": { "queues": { "maxPollingInterval": "00:00:00.1" } } }""",
        });
        await UploadAsync("before");
        Assert.Equal("blob before", await host.Probe.NextAsync());

        await azurite.KillAsync();
        await Eventually.TrueAsync(() => Lost("Container 'images'") && Lost("Queue 'work'"));
        await azurite.StartAsync();

        await UploadAsync("after");
        await SendAsync("after");
        // Killed hard, Azurite may have forgotten what it had acknowledged, so that the first blob may run again.
        await Eventually.TrueAsync(() => host.Probe.All.Contains("blob after") && host.Probe.All.Contains("message after"));
        await Eventually.TrueAsync(() => Back("Container 'images'") && Back("Queue 'work'"));

        bool Lost(string what) =>
            host.Log.Entries.Count(e => e.Message.StartsWith($"{what} cannot be reached", StringComparison.Ordinal)) == 1;
        bool Back(string what) => host.Log.Entries.Count(e => e.Message == $"{what} can be reached again.") == 1;

        async Task UploadAsync(string name)
        {
            var container = new BlobContainerClient(azurite.ConnectionString, "images");
            await container.CreateIfNotExistsAsync();
            await container.GetBlobClient(name).UploadAsync(BinaryData.FromString("x"), overwrite: true);
        }

        async Task SendAsync(string text)
        {
            var queue = new QueueClient(
                azurite.ConnectionString, "work", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
            await queue.CreateIfNotExistsAsync();
            await queue.SendMessageAsync(text);
        }
    }

    public sealed class Functions(Probe probe)
    {
        [Function("Blob")]
        public void Blob([BlobTrigger("images/{name}")] BlobClient blob, string name) => probe.Saw($"blob {name}");

        [Function("Message")]
        public void Message([QueueTrigger("work")] string message) => probe.Saw($"message {message}");
    }
}
