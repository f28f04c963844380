using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Batch;
using OpenAI.Files;

namespace Drover.Clients.Tests;

/// <summary>NuGet <c>OpenAI</c>, unmodified, against Drover.</summary>
public sealed class DotNetTests
{
    private static readonly string[] Ends = ["completed", "failed", "expired", "cancelled"];

    private readonly OpenAIFileClient _files;
    private readonly BatchClient _batches;

    public DotNetTests(ServedDrover drover)
    {
        var client = new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = drover.BaseAddress });
        (_files, _batches) = (client.GetOpenAIFileClient(), client.GetBatchClient());
    }

    [Fact]
    public async Task Files_UploadedListedReadAndDeleted_AreAsTheSdkExpects()
    {
        var text = Requests(3);
        OpenAIFile file = await _files.UploadFileAsync(
            new MemoryStream(Encoding.UTF8.GetBytes(text)), "入力 é.jsonl", FileUploadPurpose.Batch);

        Assert.Equal(("入力 é.jsonl", FilePurpose.Batch, Encoding.UTF8.GetByteCount(text)), (file.Filename, file.Purpose, file.SizeInBytes));
        OpenAIFile found = await _files.GetFileAsync(file.Id);
        Assert.Equal((file.Id, file.CreatedAt), (found.Id, found.CreatedAt));
        BinaryData content = await _files.DownloadFileAsync(file.Id);
        Assert.Equal(text, content.ToString());
        OpenAIFileCollection listed = await _files.GetFilesAsync(FilePurpose.Batch);
        Assert.Contains(listed, f => f.Id == file.Id);
        FileDeletionResult deleted = await _files.DeleteFileAsync(file.Id);
        Assert.True(deleted.Deleted);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => _files.GetFileAsync(file.Id))).Status);
    }

    [Fact]
    public async Task Batch_WaitedForByTheSdk_GivesItsOutput()
    {
        var operation = await CreateAsync(Requests(5), wait: true);

        var batch = Json(await operation.GetBatchAsync(new RequestOptions()));
        Assert.True(operation.HasCompleted);
        Assert.Equal("completed", batch.GetProperty("status").GetString());
        Assert.Equal("""{"total":5,"completed":5,"failed":0}""", batch.GetProperty("request_counts").GetRawText());
        BinaryData output = await _files.DownloadFileAsync(batch.GetProperty("output_file_id").GetString());
        var ids = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("custom_id").GetString());
        Assert.Equal(["r0", "r1", "r2", "r3", "r4"], ids.Order());

        var again = await CreateBatchOperation.RehydrateAsync(_batches, operation.BatchId);
        Assert.Equal("completed", Json(await again.GetBatchAsync(new RequestOptions())).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Batches_ListedPageByPage_AreAllThereNewestFirst()
    {
        var made = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            made.Add((await CreateAsync(Requests(1), wait: false)).BatchId);
        }

        var seen = new List<string>();
        await foreach (var page in _batches.GetBatchesAsync(new BatchCollectionOptions { PageSizeLimit = 2 }).GetRawPagesAsync())
        {
            var ids = Json(page).GetProperty("data").EnumerateArray().Select(b => b.GetProperty("id").GetString()!).ToList();
            Assert.InRange(ids.Count, 1, 2);
            seen.AddRange(ids);
        }

        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(Enumerable.Reverse(made), seen.Where(made.Contains));
    }

    [Fact]
    public async Task Cancel_ARunningBatch_EndsWithinSecondsAndThenOnlySaysSo()
    {
        var operation = await CreateAsync(Requests(5000), wait: false);

        var cancelling = Json(await operation.CancelAsync(new RequestOptions()));
        Assert.Equal("cancelling", cancelling.GetProperty("status").GetString());

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        JsonElement batch;
        do
        {
            batch = Json(await operation.GetBatchAsync(new RequestOptions { CancellationToken = limit.Token }));
        }
        while (!Ends.Contains(batch.GetProperty("status").GetString()));
        Assert.Equal("cancelled", batch.GetProperty("status").GetString());
        Assert.Equal("cancelled", Json(await operation.CancelAsync(new RequestOptions())).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Create_WithAFileThatIsNotThere_IsAnExceptionWithTheStatusAndTheMessage()
    {
        var body = """{"input_file_id":"file-none","endpoint":"/v1/chat/completions","completion_window":"24h"}""";

        var e = await Assert.ThrowsAsync<ClientResultException>(
            () => _batches.CreateBatchAsync(BinaryContent.Create(BinaryData.FromString(body)), waitUntilCompleted: false));

        Assert.Equal(404, e.Status);
        Assert.Contains("No such File object: file-none", e.Message, StringComparison.Ordinal);
    }

    private async Task<CreateBatchOperation> CreateAsync(string input, bool wait)
    {
        OpenAIFile file = await _files.UploadFileAsync(BinaryData.FromString(input), "in.jsonl", FileUploadPurpose.Batch);
        var body =
            $$"""{"input_file_id":"{{file.Id}}","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"by":".NET"} }""";
        return await _batches.CreateBatchAsync(BinaryContent.Create(BinaryData.FromString(body)), wait);
    }

    private static JsonElement Json(ClientResult result) => JsonDocument.Parse(result.GetRawResponse().Content).RootElement;

    private static string Requests(int count) => string.Concat(Enumerable.Range(0, count).Select(i => string.Concat(
        $$"""{"custom_id":"r{{i}}","method":"POST","url":"/v1/chat/completions","body":""",
        $$"""{"model":"gpt-4o-mini","messages":[{"role":"user","content":"One line about {{i}}."}]}""",
        "}\n")));
}
