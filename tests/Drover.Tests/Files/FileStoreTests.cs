using System.Text;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Drover.Batches;
using Drover.Files;
using Drover.Outcomes;
using Drover.Storage;

namespace Drover.Tests.Files;

public sealed class FileStoreTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly BatchOptions _options = new();
    private ContainerLayout _blobs = null!;
    private BatchStore _batches = null!;
    private FileStore _files = null!;

    public async ValueTask InitializeAsync()
    {
        _blobs = await azurite.CreateContainerAsync();
        _batches = new BatchStore(_blobs);
        _files = new FileStore(_blobs, _batches, new OutcomeFiles(_blobs), _options, _time);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Commit_AnUpload_IsFoundWithAllThatWasSaid()
    {
        var file = await UploadAsync("日本 \"語\".jsonl", "a\nb\n", _time.GetUtcNow().AddHours(1));

        Assert.Equal(file, await _files.FindAsync(file.Id, default));
        Assert.Equal(("日本 \"語\".jsonl", "batch", 4L), (file.Name, file.Purpose, file.Bytes));
        Assert.Equal("a\nb\n", await ContentAsync(file));
    }

    [Fact]
    public async Task Stage_MoreThanAllowed_StopsAndLeavesNoFile()
    {
        var upload = _files.Begin();

        Assert.False(await upload.StageAsync(new MemoryStream(new byte[1001]), 1000, default));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task List_SeveralFiles_IsNewestFirstOrOldestFirstAndGoesOnAfterOne()
    {
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await UploadAsync($"{i}", "x")).Id);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Enumerable.Reverse(ids), await ListAsync());
        Assert.Equal(ids, await ListAsync(oldestFirst: true));
        Assert.Equal([ids[0]], await ListAsync(after: ids[1]));
        Assert.Equal([ids[2]], await ListAsync(after: ids[1], oldestFirst: true));
    }

    [Fact]
    public async Task Delete_AFile_IsGoneAtOnceAndItsContentOnlyWhenNoBatchCanNeedIt()
    {
        var (deleted, kept) = (await UploadAsync("d", "d"), await UploadAsync("k", "k"));
        await _files.DeleteAsync(deleted, default);

        Assert.Null(await _files.FindAsync(deleted.Id, default));
        Assert.Equal([kept.Id], await ListAsync());
        Assert.Equal(0, await _files.PurgeAsync(default));
        Assert.True(await _blobs.ByName(FileId.UploadedBlob(deleted.Id)!).ExistsAsync());

        _time.Advance(_options.CompletionWindow + TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        Assert.Equal(1, await _files.PurgeAsync(default));
        Assert.False(await _blobs.ByName(FileId.UploadedBlob(deleted.Id)!).ExistsAsync());
        Assert.NotNull(await _files.FindAsync(kept.Id, default));
    }

    [Fact]
    public async Task Find_AfterItsTime_IsNull()
    {
        var file = await UploadAsync("x", "x", _time.GetUtcNow().AddHours(1));
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(await _files.FindAsync(file.Id, default));

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(await _files.FindAsync(file.Id, default));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Find_ABatchsFiles_AreThereBeforeItEndsAndListedAfter()
    {
        var batch = await BatchAsync(TimeSpan.FromHours(2));
        await AppendAsync(ContainerLayout.ResultsName("b", 0), "one\n");
        await AppendAsync(ContainerLayout.ResultsName("b", 1), "two\n");

        var running = await _files.FindAsync("file-out-b", default);
        Assert.Equal(("b_output.jsonl", "batch_output", 8L), (running!.Name, running.Purpose, running.Bytes));
        Assert.Equal("one\ntwo\n", await ContentAsync(running));
        Assert.Equal("in", await ContentAsync((await _files.FindAsync("file-in-b", default))!));
        Assert.Empty(await ListAsync());

        await _files.PublishAsync(batch, new Tally(2, 0, 0, 0, 0, 0), 0, default);
        Assert.Equal(["file-out-b"], await ListAsync());
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Null(await _files.FindAsync("file-out-b", default));
    }

    [Fact]
    public async Task Delete_ABatchsOutput_StaysDeletedAndLeavesTheOutcomes()
    {
        var batch = await BatchAsync();
        await AppendAsync(ContainerLayout.ResultsName("b", 0), "one\n");
        await _files.DeleteAsync((await _files.FindAsync("file-out-b", default))!, default);

        await _files.PublishAsync(batch, new Tally(1, 0, 0, 0, 0, 0), 0, default);

        Assert.Null(await _files.FindAsync("file-out-b", default));
        Assert.Empty(await ListAsync());
        Assert.True(await _blobs.Results("b", 0).ExistsAsync());
    }

    private async Task<StoredFile> UploadAsync(string name, string content, DateTimeOffset? expiresAt = null)
    {
        var upload = _files.Begin();
        Assert.True(await upload.StageAsync(new MemoryStream(Encoding.UTF8.GetBytes(content)), 1000, default));
        return await upload.CommitAsync(name, "batch", expiresAt, default);
    }

    private async Task<BatchSpec> BatchAsync(TimeSpan? outputLifetime = null)
    {
        var now = _time.GetUtcNow();
        await _blobs.ByName("inputs/in").WriteAsync("in"u8.ToArray());
        var batch = new BatchSpec
        {
            Id = "b",
            Input = "inputs/in",
            Recipe = "r",
            Model = "m",
            CreatedAt = now,
            ExpiresAt = now + _options.CompletionWindow,
            OutputLifetime = outputLifetime,
        };
        return (await _batches.CreateAsync(batch, default)).Spec;
    }

    private async Task AppendAsync(string name, string text)
    {
        var blob = _blobs.Container.GetAppendBlobClient(name);
        await blob.CreateAsync(new AppendBlobCreateOptions());
        await blob.AppendBlockAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), new AppendBlobAppendBlockOptions());
    }

    private async Task<string> ContentAsync(StoredFile file)
    {
        using var content = new MemoryStream();
        await _files.CopyAsync(file, content, default);
        return Encoding.UTF8.GetString(content.ToArray());
    }

    private async Task<List<string>> ListAsync(string? after = null, bool oldestFirst = false) =>
        await _files.ListAsync(after, oldestFirst, default).Select(f => f.Id).ToListAsync();
}
