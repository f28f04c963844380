using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Drover.Batches;
using Drover.Json;
using Drover.Outcomes;
using Drover.Storage;

namespace Drover.Tests.Outcomes;

public sealed class OutcomeLogTests(AzuriteFixture azurite)
{
    private const string Batch = "b";

    [Fact]
    public async Task OpenAsync_NothingThere_IsEmpty()
    {
        var log = await OpenAsync(await azurite.CreateContainerAsync());

        Assert.Equal((Tally.Zero, false, false), (log.Tally, log.IsSettled, log.Has("1")));
    }

    [Fact]
    public async Task AppendAsync_ThenReopen_FindsIdsAndCounts()
    {
        var blobs = await azurite.CreateContainerAsync();
        var log = await OpenAsync(blobs);
        await log.AppendAsync([Result("1"), Result("2")], false, default);
        await log.AppendAsync([Error("3")], true, default);
        await log.AppendAsync([Result("4")], false, default);

        var again = await OpenAsync(blobs);

        Assert.Equal(new Tally(3, 0, 1, 30, 15, 0.3m), log.Tally);
        Assert.Equal(log.Tally, again.Tally);
        Assert.All(["1", "2", "3", "4"], id => Assert.True(again.Has(id)));
        Assert.False(again.Has("5"));
        await again.AppendAsync([Result("5")], false, default);
        Assert.Equal(["1", "2", "4", "5"], await IdsAsync(blobs.Results(Batch, 0)));
    }

    [Fact]
    public async Task AppendAsync_MoreThanABlockTakes_IsSplit()
    {
        var blobs = await azurite.CreateContainerAsync();
        var log = await OpenAsync(blobs);
        var outcomes = Enumerable.Range(0, 5).Select(i => Padded($"{i}", 1_500_000)).ToList();

        await log.AppendAsync(outcomes, false, default);

        Assert.Equal(["0", "1", "2", "3", "4"], await IdsAsync(blobs.Results(Batch, 0)));
        BlobProperties properties = await blobs.Results(Batch, 0).GetPropertiesAsync();
        Assert.Equal(3, properties.BlobCommittedBlockCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AppendAsync_AnotherWriterWasFaster_IsFenced(bool isErrors)
    {
        var blobs = await azurite.CreateContainerAsync();
        var slow = await OpenAsync(blobs);
        var fast = await OpenAsync(blobs);
        await fast.AppendAsync([Result("1")], isErrors, default);

        await Assert.ThrowsAsync<FencedException>(() => slow.AppendAsync([Result("2")], isErrors, default));

        Assert.False(slow.Has("2"));
        Assert.Equal(["1"], await IdsAsync(isErrors ? blobs.Errors(Batch, 0) : blobs.Results(Batch, 0)));
    }

    [Fact]
    public async Task AppendAsync_AnotherWriterAppendedAsManyBytes_IsFencedAllTheSame()
    {
        var blobs = await azurite.CreateContainerAsync();
        var slow = await OpenAsync(blobs);
        var fast = await OpenAsync(blobs);
        Assert.Equal(Result("1").Line.Length, Result("2").Line.Length);
        await fast.AppendAsync([Result("1")], false, default);

        await Assert.ThrowsAsync<FencedException>(() => slow.AppendAsync([Result("2")], false, default));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AppendAsync_ALaterRunHasTakenTheShard_IsFencedOnBothBlobs(bool isErrors)
    {
        var blobs = await azurite.CreateContainerAsync();
        var earlier = await OutcomeLog.OpenAsync(blobs, "b", 0, default);
        await earlier.AppendAsync([Result("a")], isErrors: false, default);
        var later = await OutcomeLog.OpenAsync(blobs, "b", 0, default);

        await Assert.ThrowsAsync<FencedException>(() => earlier.AppendAsync([Result("x")], isErrors, default));
        await Assert.ThrowsAsync<FencedException>(() => earlier.SettleAsync(default));

        Assert.True(later.Has("a"));
        await later.AppendAsync([Result("x")], !isErrors, default);
        await later.SettleAsync(default);
    }

    [Fact]
    public async Task AppendAsync_BlobWasPutBack_IsFenced()
    {
        var blobs = await azurite.CreateContainerAsync();
        var log = await OpenAsync(blobs);
        await log.AppendAsync([Result("1")], false, default);
        await blobs.Results(Batch, 0).DeleteAsync();

        await Assert.ThrowsAsync<FencedException>(() => log.AppendAsync([Result("2")], false, default));
    }

    [Fact]
    public async Task AppendAsync_AnswerWasLost_RecognisesItsOwnLines()
    {
        var blobs = await azurite.CreateContainerAsync();
        using var handler = new LosesAnswers();
        var options = new BlobClientOptions { Transport = new Azure.Core.Pipeline.HttpClientTransport(new HttpClient(handler)) };
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        var unlucky = new ContainerLayout(
            new BlobServiceClient(azurite.ConnectionString, options).GetBlobContainerClient(blobs.Container.Name));
        var log = await OpenAsync(unlucky);
        await log.AppendAsync([Result("1")], false, default);
        handler.LoseNext = true;

        await log.AppendAsync([Result("2"), Result("3")], false, default);

        Assert.Equal(1, handler.Lost);
        await log.AppendAsync([Result("4")], false, default);
        Assert.Equal(["1", "2", "3", "4"], await IdsAsync(blobs.Results(Batch, 0)));
        Assert.Equal(4, log.Tally.Completed);
    }

    [Fact]
    public async Task SettleAsync_ThenReopen_IsSettledWithoutReadingTheLines()
    {
        var blobs = await azurite.CreateContainerAsync();
        var log = await OpenAsync(blobs);
        await log.AppendAsync([Result("1")], false, default);
        await log.AppendAsync([Error("2")], true, default);
        await log.SettleAsync(default);

        var again = await OpenAsync(blobs);

        Assert.True(log.IsSettled);
        Assert.True(again.IsSettled);
        Assert.Equal(log.Tally, again.Tally);
        Assert.False(again.Has("1"));
    }

    [Fact]
    public async Task SettleAsync_OnlyErrorsOrNothing_CreatesTheBlobThatBearsTheMark()
    {
        var blobs = await azurite.CreateContainerAsync();
        var log = await OpenAsync(blobs);
        await log.AppendAsync([Error("1")], true, default);
        await log.SettleAsync(default);

        Assert.True((await OpenAsync(blobs)).IsSettled);
        Assert.Equal(1, (await OpenAsync(blobs)).Tally.Unrun);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenAsync_MarkedAndThenChanged_IsNotSettled(bool isErrors)
    {
        var blobs = await azurite.CreateContainerAsync();
        var log = await OpenAsync(blobs);
        await log.AppendAsync([Result("1")], false, default);
        await log.AppendAsync([Error("2")], true, default);
        await log.SettleAsync(default);
        var blob = isErrors ? blobs.Errors(Batch, 0) : blobs.Results(Batch, 0);
        await blob.AppendBlockAsync(new MemoryStream(Result("3").Line));

        var again = await OpenAsync(blobs);

        Assert.False(again.IsSettled);
        Assert.All(["1", "2", "3"], id => Assert.True(again.Has(id)));
    }

    [Fact]
    public async Task OpenAsync_MarkedAndTheErrorsGone_IsNotSettled()
    {
        var blobs = await azurite.CreateContainerAsync();
        var log = await OpenAsync(blobs);
        await log.AppendAsync([Result("1")], false, default);
        await log.AppendAsync([Error("2")], true, default);
        await log.SettleAsync(default);
        await blobs.Errors(Batch, 0).DeleteAsync();

        var again = await OpenAsync(blobs);

        Assert.Equal((false, true, false), (again.IsSettled, again.Has("1"), again.Has("2")));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("""{"results_length":"x"}""")]
    public async Task OpenAsync_MarkThatIsNotOurs_IsNotSettled(string mark)
    {
        var blobs = await azurite.CreateContainerAsync();
        var log = await OpenAsync(blobs);
        await log.AppendAsync([Result("1")], false, default);
        await blobs.Results(Batch, 0).SetMetadataAsync(new Dictionary<string, string> { [SettledMark.Key] = mark });

        Assert.False((await OpenAsync(blobs)).IsSettled);
    }

    private static Task<OutcomeLog> OpenAsync(ContainerLayout blobs) => OutcomeLog.OpenAsync(blobs, Batch, 0, default);

    private static PendingOutcome Result(string id) => Padded(id, 0);

    private static PendingOutcome Padded(string id, int padding) => PendingOutcome.FromLine(
        Encoding.UTF8.GetBytes(
            $$$"""{"custom_id":"{{{id}}}","response":"{{{new string('x', padding)}}}","error":null,"drover":{"cost_usd":0.1,"input_tokens":10,"output_tokens":5}}""" + "\n"),
        isError: false);

    private static PendingOutcome Error(string id) =>
        PendingOutcome.FromLine(OutcomeLine.OfNotRun(Batch, id, new LineFault(OutcomeLine.CancelledCode, "m")), isError: true);

    private static async Task<IEnumerable<string>> IdsAsync(AppendBlobClient blob)
    {
        var content = await blob.ReadOrNullAsync();
        return Lines.Of(content!.ToMemory()).Select(l => PendingOutcome.FromLine(l.Line.ToArray(), false).ItemId);
    }

    /// <summary>Sends a request and then answers as if the connection had broken.</summary>
    private sealed class LosesAnswers() : DelegatingHandler(new HttpClientHandler())
    {
        public bool LoseNext { get; set; }

        public int Lost { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (LoseNext && request.Method == HttpMethod.Put)
            {
                LoseNext = false;
                Lost++;
                response.Dispose();
                throw new HttpRequestException("The answer was lost.");
            }

            return response;
        }
    }
}
