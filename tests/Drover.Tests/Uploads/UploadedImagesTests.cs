using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Images;
using Drover.Json;
using Drover.Planning;
using Drover.Storage;
using Drover.Tests.Budgets;
using Drover.Tests.Images;
using Drover.Uploads;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.Tests.Uploads;

public sealed class UploadedImagesTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly string _folder = $"{Guid.NewGuid():N}/";
    private TestVision _vision = null!;
    private ContainerLayout _blobs = null!;
    private ServiceProvider? _host;

    private UploadedImages Uploads => _host!.GetRequiredService<UploadedImages>();

    public async ValueTask InitializeAsync()
    {
        _blobs = await azurite.CreateContainerAsync();
        _vision = new TestVision(_blobs);
        await _vision.Blobs.Container.CreateIfNotExistsAsync();
        await RestartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _vision.Dispose();
        await _host!.DisposeAsync();
    }

    [Fact]
    public async Task GatherAsync_ImagesThatKeepComing_AreWaitedForAndThenTakenOnce()
    {
        await UploadAsync("a");
        await UploadAsync("b");

        Assert.Equal((2, false), await GatherAsync("g1", 0));
        await UploadAsync("c");
        Assert.Equal((3, false), await GatherAsync("g2", 2));
        Assert.Equal((3, true), await GatherAsync("g3", 3));
        Assert.Equal((0, false), await GatherAsync("g4", 0));
        Assert.Equal(["a", "b", "c"], (await LinesAsync("g3")).Select(Name).Order());
    }

    [Fact]
    public async Task GatherAsync_LastLookOrAFullBatch_TakesAtOnce()
    {
        await UploadAsync("a");
        Assert.Equal((1, true), await GatherAsync("g1", 0, isLast: true));

        _host!.GetRequiredService<VisionOptions>().GatherItems = 2;
        await UploadAsync("b");
        await UploadAsync("c");
        await UploadAsync("d");
        Assert.Equal((2, true), await GatherAsync("g2", 0));
        Assert.True(await Uploads.AnyAsync(default));
    }

    [Fact]
    public async Task GatherAsync_CalledAgainAfterACrash_FinishesWhatWasBegunAndTakesNothingMore()
    {
        await UploadAsync("a");
        Assert.Equal((1, true), await GatherAsync("g", 1));
        var marks = await NamesAsync("image-uploads/taken/");
        await _blobs.ByName(marks.Single()).DeleteAsync(); // The crash came before this was written …
        // … and before this was removed.
        await _blobs.ByName(marks.Single().Replace("taken", "pending", StringComparison.Ordinal)).WriteAsync("{}"u8.ToArray());
        await UploadAsync("b");
        await RestartAsync();

        Assert.Equal((1, true), await GatherAsync("g", 0));
        Assert.Equal(marks, await NamesAsync("image-uploads/taken/"));
        Assert.Equal((1, true), await GatherAsync("h", 1));
        Assert.Equal(["b"], (await LinesAsync("h")).Select(Name));
    }

    [Fact]
    public async Task AddAsync_VersionThatWasTaken_IsNotTakenAgain()
    {
        await UploadAsync("a");
        await GatherAsync("g1", 1);

        Assert.False(await Uploads.AddAsync(_folder + "a", default));
        await UploadAsync("a", seed: 2);
        Assert.Equal((1, true), await GatherAsync("g2", 1));
    }

    [Fact]
    public async Task GatherAsync_TriggerThatCameTwice_LeavesNoItem()
    {
        await UploadAsync("a");
        var mark = (await NamesAsync("image-uploads/pending/")).Single();
        var content = await _blobs.ByName(mark).ReadOrNullAsync();
        await GatherAsync("g1", 1);
        await _blobs.ByName(mark).WriteAsync(content!.ToMemory());

        Assert.Equal((0, false), await GatherAsync("g2", 1));
        Assert.False(await Uploads.AnyAsync(default));
    }

    [Fact]
    public async Task PurgeAsync_MarksOfAMonthAgo_AreRemovedAndYoungerOnesStay()
    {
        await UploadAsync("a");
        await GatherAsync("g1", 1);

        await Uploads.PurgeAsync(default);
        Assert.False(await Uploads.AddAsync(_folder + "a", default));
        await new UploadedImages(_blobs, _vision.Blobs, null!, null!, new VisionOptions(), new ShiftedTime(TimeSpan.FromDays(31)))
            .PurgeAsync(default);
        Assert.True(await Uploads.AddAsync(_folder + "a", default));
    }

    [Fact]
    public async Task AddAsync_PromptOrNoImage_IsNotNoted()
    {
        await _vision.Blobs.Prompt(_folder + "a").WriteAsync("Why?"u8.ToArray());

        Assert.False(await Uploads.AddAsync(_folder + "a.prompt.txt", default));
        Assert.False(await Uploads.AddAsync(_folder + "gone", default));
    }

    [Fact]
    public async Task GatherAsync_Prompts_ComeFromBesideOrElseFromTheMetadata()
    {
        await UploadAsync("beside", prompt: "from metadata");
        await _vision.Blobs.Prompt(_folder + "beside").WriteAsync("  何が見えますか?\n"u8.ToArray());
        await UploadAsync("metadata", prompt: "How many \"cats\"?");
        await _vision.Blobs.Prompt(_folder + "metadata").WriteAsync(default);
        await UploadAsync("none");
        await GatherAsync("g", 3);

        var lines = (await LinesAsync("g")).ToDictionary(Name, l => l.TryGetProperty("question", out var q) ? q.GetString() : null);

        Assert.Equal(("何が見えますか?", "How many \"cats\"?", null), (lines["beside"], lines["metadata"], lines["none"]));
    }

    [Fact]
    public async Task GatherAsync_NamesOfAnyKind_AreReadBack()
    {
        string[] names = ["ä ö.jpg", "日本/東京 50%.png", "a#b?c=d&e.gif", new string('x', 800)];
        foreach (var name in names)
        {
            await UploadAsync(name);
        }

        await GatherAsync("g", names.Length);

        Assert.Equal(names.Order(StringComparer.Ordinal), (await LinesAsync("g")).Select(Name).Order(StringComparer.Ordinal));
        Assert.All(await LinesAsync("g"), l => Assert.NotNull(ItemReader.Read(JsonSerializer.SerializeToUtf8Bytes(l), out _)));
    }

    // A host that knows nothing from before.
    private async Task RestartAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _host = new ServiceCollection().AddLogging()
            .AddDrover(DroverSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage"] = azurite.ConnectionString,
                ["Drover:Storage:Container"] = _blobs.Container.Name,
            }).Build())).BuildServiceProvider();
    }

    private async Task UploadAsync(string name, int seed = 1, string? prompt = null)
    {
        await _vision.Blobs.Image(_folder + name).UploadAsync(
            BinaryData.FromBytes(Pictures.Png(4, 4, seed)),
            new BlobUploadOptions { Metadata = prompt is null ? null : new Dictionary<string, string> { ["prompt"] = prompt } });
        Assert.True(await Uploads.AddAsync(_folder + name, default));
    }

    private async Task<(int, bool)> GatherAsync(string batchId, int before, bool isLast = false)
    {
        var gathered = await Uploads.GatherAsync(batchId, before, isLast, default);
        return (gathered.Images, gathered.IsTaken);
    }

    private async Task<List<JsonElement>> LinesAsync(string batchId)
    {
        var input = await _blobs.ByName((await _host!.GetRequiredService<BatchStore>().GetAsync(batchId, default)).Input).ReadOrNullAsync();
        return [.. Lines.Of(input!.ToMemory()).Select(l => JsonElement.Parse(l.Line.Span))];
    }

    private string Name(JsonElement line) => line.GetProperty("image").GetString()![_folder.Length..];

    private async Task<List<string>> NamesAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (var blob in _blobs.Container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, default))
        {
            names.Add(blob.Name);
        }

        return names;
    }
}
