using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Drover.Simulator;
using Microsoft.Data.Sqlite;

namespace Drover.LocalHost.Tests;

/// <summary>
/// Images dropped into a container, analysed by the real process. It has an Azurite of its own: every host on one would take them.
/// </summary>
public sealed partial class ImageTests : IAsyncLifetime
{
    private readonly AzuriteFixture _azurite = new();
    private readonly TestFolder _folder = new();
    private SimulatorServer _simulator = null!;
    private DroverProcess _drover = null!;

    // A burst of this size by hand: DROVER_TEST_IMAGES=500 DROVER_TEST_BROKEN=20.
    private static int Good => Setting("DROVER_TEST_IMAGES", 60);

    private static int Broken => Setting("DROVER_TEST_BROKEN", 10);

    private BlobContainerClient Images => new BlobServiceClient(_azurite.Endpoints.ConnectionString).GetBlobContainerClient("images");

    private BlobContainerClient Results =>
        new BlobServiceClient(_azurite.Endpoints.ConnectionString).GetBlobContainerClient("image-results");

    public async ValueTask InitializeAsync()
    {
        await _azurite.InitializeAsync();
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 20 });
    }

    public async ValueTask DisposeAsync()
    {
        await _drover.DisposeAsync();
        await _simulator.DisposeAsync();
        await _azurite.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Upload_Burst_IsAnalysedOnceEachInFewBatchesAndBrokenOnesAreErrors()
    {
        var url = await ServeAsync();
        await Eventually.TrueAsync(async () => await Images.ExistsAsync(), "the container to be there");
        var stopwatch = Stopwatch.StartNew();
        await UploadAsync();

        var names = Enumerable.Range(0, Good).Select(i => $"good/{i}.jpg")
            .Concat(Enumerable.Range(0, Broken).Select(i => $"broken/{i}.png")).Order(StringComparer.Ordinal);
        // Asking the simulator costs nothing; listing blobs all the while would keep Azurite from everything else.
        await Eventually.TrueAsync(
            () => Task.FromResult(_simulator.Stats.Snapshot().Processed >= Good), $"{Good} calls", TimeSpan.FromMinutes(5));
        await Eventually.TrueAsync(
            async () => await CountResultsAsync() == Good + Broken, $"{Good + Broken} results", TimeSpan.FromMinutes(2));

        Assert.Equal(names.Select(n => n + ".json"), (await ResultNamesAsync()).Order(StringComparer.Ordinal));
        for (var i = 0; i < Good; i += 7)
        {
            var result = await ResultAsync($"good/{i}.jpg");
            Assert.Equal(
                ("completed", JsonValueKind.Null), (result.GetProperty("status").GetString(), result.GetProperty("error").ValueKind));
            Assert.Equal(JsonValueKind.String, result.GetProperty("data").GetProperty("description").ValueKind);
        }

        for (var i = 0; i < Broken; i++)
        {
            var result = await ResultAsync($"broken/{i}.png");
            Assert.Equal(
                (BrokenImage(i).Code, "failed"),
                (result.GetProperty("error").GetProperty("code").GetString(), result.GetProperty("status").GetString()));
        }

        Assert.Equal(Good, _simulator.Stats.Snapshot().Processed);
        using var http = new HttpClient();
        var batches = (await http.GetFromJsonAsync<JsonElement>($"{url}/api/batches")).GetProperty("data").GetArrayLength();
        var orchestrations = CountOrchestrations();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Good} + {Broken} images: {stopwatch.Elapsed.TotalSeconds:0.0} s from the first upload to the last result, {batches} batches, {orchestrations} orchestrations.");
        Assert.InRange(batches, 1, 3);
        Assert.InRange(orchestrations, 4, 13);
    }

    [Fact]
    public async Task Upload_NewVersion_IsAnalysedAgainAndTheSameAfterARestartIsNot()
    {
        await ServeAsync();
        await Eventually.TrueAsync(async () => await Images.ExistsAsync(), "the container to be there");
        await Images.GetBlobClient("a b/ä.png").UploadAsync(BinaryData.FromBytes(Pictures.Png(20, 10, 1)));
        await Eventually.TrueAsync(async () => await CountResultsAsync() == 1, "the first result");
        var first = (await ResultAsync("a b/ä.png")).GetProperty("etag").GetString();

        await _drover.KillAsync();
        await _drover.DisposeAsync();
        await ServeAsync();
        await Images.GetBlobClient("a b/ä.png").UploadAsync(BinaryData.FromBytes(Pictures.Png(20, 10, 2)), overwrite: true);
        await Eventually.TrueAsync(
            async () => (await ResultAsync("a b/ä.png")).GetProperty("etag").GetString() != first, "the second result");

        Assert.Equal(2, _simulator.Stats.Snapshot().Processed);
    }

    // Everything that was scheduled: the gathering, and for each batch itself, its shards and what writes its results.
    private int CountOrchestrations()
    {
        using var history = new SqliteConnection($"Data Source={_folder.File(".drover/durable.db")};Mode=ReadOnly;Pooling=False");
        history.Open();
        using var command = history.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM instances";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : otherwise;

    private static (byte[] File, string Code) BrokenImage(int i) => (i % 5) switch
    {
        0 => (Pictures.Png(200, 100, i)[..^100], "image_truncated"),
        1 => ("<html>No such image</html>"u8.ToArray(), "image_kind"),
        2 => ([], "image_empty"),
        3 => (Pictures.Bomb(60_000, 60_000), "image_too_large"),
        _ => (Pictures.Bomb(3000, 2000), "image_unreadable"),
    };

    private async Task UploadAsync()
    {
        var uploads = Enumerable.Range(0, Good).Select(i => ($"good/{i}.jpg", Pictures.Png(i % 10 == 0 ? 2400 : 300, 200, i)))
            .Concat(Enumerable.Range(0, Broken).Select(i => ($"broken/{i}.png", BrokenImage(i).File)));
        await Parallel.ForEachAsync(uploads, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (upload, token) =>
            await Images.GetBlobClient(upload.Item1).UploadAsync(BinaryData.FromBytes(upload.Item2), token));
    }

    private async Task<string> ServeAsync()
    {
        _drover = DroverProcess.Start(
            _folder, _azurite.Endpoints, _simulator.BaseAddress, ["serve", "--port", "0"], ("Drover__Vision__GatherWindow", "00:00:02"));
        await Eventually.TrueAsync(() => Listening().IsMatch(_drover.Errors), $"drover to listen; it says: {_drover.Errors}");
        return Listening().Match(_drover.Errors).Groups[1].Value.TrimEnd('/');
    }

    private async Task<JsonElement> ResultAsync(string name)
    {
        BlobDownloadResult result = await Results.GetBlobClient(name + ".json").DownloadContentAsync();
        return JsonElement.Parse(result.Content.ToMemory().Span);
    }

    private async Task<int> CountResultsAsync() => await Results.ExistsAsync() ? (await ResultNamesAsync()).Count : 0;

    private async Task<List<string>> ResultNamesAsync()
    {
        var names = new List<string>();
        await foreach (var blob in Results.GetBlobsAsync())
        {
            names.Add(blob.Name);
        }

        return names;
    }

    [GeneratedRegex(@"(http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
