using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues;
using Drover.LocalRuntime.Tests.Hosting;

namespace Drover.LocalRuntime.Tests.Triggers;

public sealed class BlobTriggerTests(AzuriteFixture azurite)
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..20];

    private BlobContainerClient Container => azurite.Blobs.GetBlobContainerClient("c-" + _id);

    private QueueClient Poison => azurite.Queues.GetQueueClient("webjobs-blobtrigger-poison");

    [Theory]
    [InlineData(typeof(StreamFunctions), "a.txt: hello")]
    [InlineData(typeof(TextFunctions), "a txt: hello")]
    [InlineData(typeof(BytesFunctions), "5 bytes")]
    [InlineData(typeof(ClientFunctions), "in/a.txt: hello True")]
    [InlineData(typeof(BlockClientFunctions), "in/a.txt Block")]
    public async Task Blob_OfEachParameterType_IsBound(Type functions, string expected)
    {
        await UploadAsync("in/a.txt", "hello");
        await UploadAsync("out/a.txt", "elsewhere");
        await using var host = await StartAsync(functions);

        Assert.Equal(expected, await host.Probe.NextAsync());
        await IdleAsync(host, runs: 1);
        Assert.Empty(host.Complaints);
    }

    [Fact]
    public async Task Blob_AsJson_IsRead()
    {
        await UploadAsync("in/a.json", """{ "name": "x", "count": 2 }""");
        await using var host = await StartAsync(typeof(JsonFunctions));

        Assert.Equal(new Parcel("x", 2), await host.Probe.NextAsync());
    }

    [Fact]
    public async Task Blobs_BeforeAndWhileTheHostRuns_RunOnceEach()
    {
        for (var i = 0; i < 5; i++)
        {
            await UploadAsync($"in/before-{i}.txt", "x");
        }

        await using var host = await StartAsync(typeof(TextFunctions));
        await Eventually.TrueAsync(() => host.Probe.All.Count == 5);
        for (var i = 0; i < 5; i++)
        {
            await UploadAsync($"in/while-{i}.txt", "x");
        }

        await IdleAsync(host, runs: 10);
        Assert.Equal(10, host.Probe.All.Distinct().Count());
    }

    [Fact]
    public async Task Blob_InAContainerMadeLater_Runs()
    {
        await using var host = await StartAsync(typeof(TextFunctions));

        await UploadAsync("in/late.txt", "x");

        Assert.Equal("late txt: x", await host.Probe.NextAsync());
        Assert.Empty(host.Complaints);
    }

    [Fact]
    public async Task Blob_OfANewVersion_RunsAgain()
    {
        await UploadAsync("in/a.txt", "one");
        await using var host = await StartAsync(typeof(TextFunctions));
        Assert.Equal("a txt: one", await host.Probe.NextAsync());

        await UploadAsync("in/a.txt", "two");

        Assert.Equal("a txt: two", await host.Probe.NextAsync());
        await IdleAsync(host, runs: 2);
    }

    [Fact]
    public async Task Host_StartedAgain_RunsOnlyWhatIsNew()
    {
        await UploadAsync("in/old.txt", "x");
        await using (var first = await StartAsync(typeof(TextFunctions)))
        {
            Assert.Equal("old txt: x", await first.Probe.NextAsync());
            await IdleAsync(first, runs: 1);
        }

        await UploadAsync("in/new.txt", "x");
        await using var second = await StartAsync(typeof(TextFunctions));

        Assert.Equal("new txt: x", await second.Probe.NextAsync());
        await IdleAsync(second, runs: 1);
    }

    [Fact]
    public async Task Receipt_OfARun_HasTheNameThatTheFunctionsHostGivesIt()
    {
        await UploadAsync("in/a.txt", "x");
        var etag = (await Container.GetBlobClient("in/a.txt").GetPropertiesAsync()).Value.ETag.ToString("H");
        await using var host = await StartAsync(typeof(TextFunctions));
        await host.Probe.NextAsync();

        var receipt = azurite.Blobs.GetBlobContainerClient("azure-webjobs-hosts")
            .GetBlobClient($"blobreceipts/{_id}/Host.Functions.Take/{etag}/{Container.Name}/in/a.txt");
        await Eventually.TrueAsync(async () => await receipt.ExistsAsync());
    }

    [Fact]
    public async Task Blob_FailingFiveTimes_LeavesAPoisonMessageAndIsNotTriedAgain()
    {
        await UploadAsync("in/bad.txt", "x");
        var etag = (await Container.GetBlobClient("in/bad.txt").GetPropertiesAsync()).Value.ETag.ToString("H");
        await using var host = await StartAsync(typeof(TextFunctions), new Probe { Fails = _ => true });

        var letter = await NextPoisonAsync();

        Assert.Equal(
            $$"""{"Type":"BlobTrigger","FunctionId":"Host.Functions.Take","BlobType":"BlockBlob","ContainerName":"{{Container.Name}}","BlobName":"in/bad.txt","ETag":{{JsonSerializer.Serialize(etag)}}}""",
            letter);
        await IdleAsync(host, runs: 5);
    }

    [Fact]
    public async Task Blob_FailingOnce_IsTriedAgain()
    {
        var probe = new Probe();
        probe.Fails = _ => probe.All.Count == 1;
        await UploadAsync("in/a.txt", "x");
        await using var host = await StartAsync(typeof(TextFunctions), probe);

        await IdleAsync(host, runs: 2);
    }

    [Fact]
    public async Task Blob_DeletedBeforeItsTurn_IsPassedOver()
    {
        await UploadAsync("in/a.txt", "x");
        await UploadAsync("in/b.txt", "x");
        await using var host = await StartAsync(typeof(GatedFunctions), hostJson: """ "blobs": { "maxDegreeOfParallelism": 1 } """);
        var first = (string)(await host.Probe.NextAsync())!;
        var other = first == "in/a.txt" ? "in/b.txt" : "in/a.txt";

        await Eventually.TrueAsync(
            () => host.Log.Entries.Any(e => e.Message == $"Function 'Take' is due for a new version of blob '{other}'."));
        await Container.DeleteBlobAsync(other);
        host.Probe.Gate.SetResult();

        await Eventually.TrueAsync(() => host.Log.Entries.Any(e =>
            e.Message == $"Blob '{Container.Name}/{other}' has changed or gone since function 'Take' was due for it."));
        Assert.Equal([first], host.Probe.All);
        Assert.Empty(host.Complaints);
    }

    [Fact]
    public async Task Blob_FittingTwoFunctions_RunsBoth()
    {
        await UploadAsync("in/a.txt", "hello");
        await using var host = await StartAsync(typeof(TwoFunctions));

        var seen = new[] { await host.Probe.NextAsync(), await host.Probe.NextAsync() };

        Assert.Equal(["all in/a.txt", "text a"], seen.Order());
        await IdleAsync(host, runs: 2);
    }

    private async Task<TestHost> StartAsync(Type functions, Probe? probe = null, string hostJson = "") =>
        await TestHost.StartAsync(new TestHostOptions
        {
            Functions = [functions],
            Settings =
        {
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["Container"] = Container.Name,
            ["AzureFunctionsWebHost:hostId"] = _id,
        },
            HostJson = $$"""
            { "version": "2.0", "extensions": { "queues": { "maxPollingInterval": "00:00:00.1" }{{(hostJson == "" ? "" : "," + hostJson)}} } }
            """,
            Probe = probe ?? new Probe(),
        });

    private async Task UploadAsync(string name, string text)
    {
        await Container.CreateIfNotExistsAsync();
        await Container.GetBlobClient(name).UploadAsync(BinaryData.FromString(text), overwrite: true);
    }

    /// <summary>Waits until so much has run and the container was listed again: what was to run has run.</summary>
    private async Task IdleAsync(TestHost host, int runs)
    {
        await Eventually.TrueAsync(() => host.Probe.All.Count >= runs);
        var scans = BlobScans(host);
        await Eventually.TrueAsync(() => BlobScans(host) >= scans + 3);
        var due = azurite.Queues.GetQueueClient("azure-webjobs-blobtrigger-" + _id);
        await Eventually.TrueAsync(async () => (await due.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0);
        Assert.Equal(runs, host.Probe.All.Count);
    }

    private static int BlobScans(TestHost host) =>
        host.Log.Entries.Count(entry => entry.Message.StartsWith("Listed container", StringComparison.Ordinal));

    /// <summary>The poison message of this test's container; the queue is shared by all tests.</summary>
    private async Task<string> NextPoisonAsync()
    {
        string? found = null;
        await Eventually.TrueAsync(async () =>
        {
            if (await Poison.ExistsAsync())
            {
                found = (await Poison.PeekMessagesAsync(32)).Value.Select(m => m.Body.ToString())
                    .FirstOrDefault(text => text.Contains(Container.Name));
            }

            return found is not null;
        });
        return found!;
    }

    public sealed class StreamFunctions(Probe probe)
    {
        [Function("Take")]
        public async Task Take([BlobTrigger("%Container%/in/{name}")] Stream blob, string name)
        {
            using var reader = new StreamReader(blob);
            probe.Saw($"{name}: {await reader.ReadToEndAsync()}");
        }
    }

    public sealed class TextFunctions(Probe probe)
    {
        [Function("Take")]
        public void Take([BlobTrigger("%Container%/in/{name}.{ext}")] string blob, string name, string ext) =>
            probe.Saw($"{name} {ext}: {blob}");
    }

    public sealed class BytesFunctions(Probe probe)
    {
        [Function("Take")]
        public void Take([BlobTrigger("%Container%/in/{name}")] byte[] blob) => probe.Saw($"{blob.Length} bytes");
    }

    public sealed record Parcel(string Name, int Count);

    public sealed class JsonFunctions(Probe probe)
    {
        [Function("Take")]
        public void Take([BlobTrigger("%Container%/in/{name}")] Parcel blob) => probe.Saw(blob);
    }

    public sealed class ClientFunctions(Probe probe)
    {
        [Function("Take")]
        public async Task Take([BlobTrigger("%Container%/in/{name}")] BlobClient blob, string blobTrigger, Uri uri) =>
            probe.Saw(
                $"{blob.Name}: {(await blob.DownloadContentAsync()).Value.Content} {uri == blob.Uri && blobTrigger.EndsWith("/" + blob.Name, StringComparison.Ordinal)}");
    }

    public sealed class BlockClientFunctions(Probe probe)
    {
        [Function("Take")]
        public async Task Take([BlobTrigger("%Container%/in/{name}")] BlockBlobClient blob) =>
            probe.Saw($"{blob.Name} {(await blob.GetPropertiesAsync()).Value.BlobType}");
    }

    public sealed class GatedFunctions(Probe probe)
    {
        [Function("Take")]
        public async Task Take([BlobTrigger("%Container%/{name}")] BlobClient blob, CancellationToken cancellation)
        {
            probe.Saw(blob.Name);
            await probe.Gate.Task.WaitAsync(cancellation);
        }
    }

    public sealed class TwoFunctions(Probe probe)
    {
        [Function("Text")]
        public void Text([BlobTrigger("%Container%/in/{name}.txt")] string blob, string name) => probe.Saw($"text {name}");

        [Function("All")]
        public void All([BlobTrigger("%Container%")] BlobClient blob) => probe.Saw($"all {blob.Name}");

        [Function("Json")]
        public void Json([BlobTrigger("%Container%/in/{name}.json")] string blob, string name) => probe.Saw($"json {name}");
    }
}
