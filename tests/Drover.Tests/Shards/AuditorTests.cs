using System.Text;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Json;
using Drover.Outcomes;
using Drover.Shards;
using Drover.Tests.Batches;

namespace Drover.Tests.Shards;

public sealed class AuditorTests(AzuriteFixture azurite)
{
    private static readonly BatchOptions ThreeEach = new() { ShardItems = 3 };

    [Fact]
    public async Task AuditAsync_AllSettled_FindsNothingShortAndAddsUp()
    {
        await using var batch = await SettledAsync();

        var audit = await AuditAsync(batch);

        Assert.Empty(audit.Short);
        Assert.Equal((9, 0, 1), (audit.Tally.Completed, audit.Tally.Failed, audit.Tally.Unrun));
        Assert.Equal(audit.Tally, await CountAsync(batch));
    }

    [Fact]
    public async Task AuditAsync_NothingRun_FindsEveryShardShort()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, TestBatch.Sources(10), options: new BatchOptions { ShardItems = 3 });

        var audit = await AuditAsync(batch);

        Assert.Equal([0, 1, 2, 3], audit.Short);
        Assert.Equal(Tally.Zero, audit.Tally);
        Assert.Equal(Tally.Zero, await CountAsync(batch));
    }

    [Fact]
    public async Task AuditAsync_ShardIsMissing_NamesIt()
    {
        await using var batch = await SettledAsync();
        await batch.Blobs.Results(TestBatch.Id, 1).DeleteAsync();

        var audit = await AuditAsync(batch);

        Assert.Equal([1], audit.Short);
        Assert.Equal(6, audit.Tally.Completed);
        Assert.Equal(6, (await CountAsync(batch)).Completed);
    }

    [Fact]
    public async Task AuditAsync_BlobWasPutBackToLess_NamesItsShardAndCountsWhatIsThere()
    {
        await using var batch = await SettledAsync();
        var blob = batch.Blobs.Results(TestBatch.Id, 2);
        var properties = (await blob.GetPropertiesAsync()).Value;
        var first = Lines.Of((await blob.DownloadContentAsync()).Value.Content.ToMemory()).First().Line;
        await blob.DeleteAsync();
        await blob.CreateAsync(new AppendBlobCreateOptions { Metadata = properties.Metadata }); // The mark survived, the lines did not.
        await blob.AppendBlockAsync(new MemoryStream([.. first.Span, (byte)'\n']));

        var audit = await AuditAsync(batch);

        Assert.Equal([2], audit.Short);
        Assert.Equal((6, 7), (audit.Tally.Completed, (await CountAsync(batch)).Completed));
    }

    [Fact]
    public async Task AuditAsync_ErrorsAreGone_NamesTheShard()
    {
        await using var batch = await SettledAsync();
        await batch.Blobs.Errors(TestBatch.Id, 3).DeleteAsync();

        Assert.Equal([3], (await AuditAsync(batch)).Short);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("""{"results_length":1,"errors_length":0,"tally":{"completed":3,"failed":0,"unrun":0,"input_tokens":0,"output_tokens":0,"cost_usd":0}}""")]
    public async Task AuditAsync_MarkIsWrong_NamesTheShard(string mark)
    {
        await using var batch = await SettledAsync();
        await batch.Blobs.Results(TestBatch.Id, 0).SetMetadataAsync(new Dictionary<string, string> { ["settled"] = mark });

        Assert.Equal([0], (await AuditAsync(batch)).Short);
    }

    [Fact]
    public async Task AuditAsync_RunAgain_HealsWhatWasLost()
    {
        await using var batch = await SettledAsync();
        var before = (await AuditAsync(batch)).Tally;
        await batch.Blobs.Results(TestBatch.Id, 1).DeleteAsync();

        foreach (var shard in (await AuditAsync(batch)).Short)
        {
            await batch.SettleAsync(shard);
        }

        var audit = await AuditAsync(batch);
        Assert.Empty(audit.Short);
        Assert.Equal(before.Settled, audit.Tally.Settled);
    }

    [Fact]
    public async Task AuditAsync_OnlyBadLines_IsAllGood()
    {
        await using var batch = await TestBatch.CreateAsync(azurite, ["bad", "lines"]);

        var audit = await AuditAsync(batch);

        Assert.Empty(audit.Short);
        Assert.Equal(Tally.Zero, audit.Tally);
    }

    [Fact]
    public async Task CopyAsync_Outcomes_GivesResultsInOrderAndErrorsWithTheInvalidLines()
    {
        await using var batch = await SettledAsync("not json");
        var files = new OutcomeFiles(batch.Blobs);
        using var results = new MemoryStream();
        using var errors = new MemoryStream();

        await files.CopyResultsAsync(TestBatch.Id, results, default);
        await files.CopyErrorsAsync(TestBatch.Id, errors, default);

        Assert.Equal(9, Text(results).Count(c => c == '\n'));
        Assert.Contains("\"batch_cancelled\"", Text(errors));
        Assert.Contains("\"line\":11", Text(errors));
        Assert.Equal(2, Text(errors).Count(c => c == '\n'));
    }

    [Fact]
    public async Task CopyAsync_NothingThere_IsEmpty()
    {
        using var output = new MemoryStream();

        await new OutcomeFiles(await azurite.CreateContainerAsync()).CopyResultsAsync("nobody", output, default);

        Assert.Equal(0, output.Length);
    }

    private static string Text(MemoryStream stream) => Encoding.UTF8.GetString(stream.ToArray());

    private static Task<Audit> AuditAsync(TestBatch batch) => batch.NewAuditor().AuditAsync(TestBatch.Id, default);

    private static Task<Tally> CountAsync(TestBatch batch) => batch.NewAuditor().CountAsync(TestBatch.Id, default);

    /// <summary>Four shards: three with three results each, and one whose only item was cancelled.</summary>
    private async Task<TestBatch> SettledAsync(params string[] more)
    {
        var batch = await TestBatch.CreateAsync(azurite, [.. TestBatch.Sources(10), .. more], options: new BatchOptions { ShardItems = 3 });
        for (var shard = 0; shard < 3; shard++)
        {
            Assert.True((await batch.RunAsync(shard: shard)).IsSettled);
        }

        await batch.Store.CloseAsync(TestBatch.Id, BatchStatus.Cancelled, default);
        Assert.True((await batch.RunAsync(shard: 3)).IsSettled);
        await batch.Blobs.Closing(TestBatch.Id).DeleteAsync();
        return batch;
    }
}
