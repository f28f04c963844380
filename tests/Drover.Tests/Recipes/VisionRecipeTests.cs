using System.Buffers;
using System.Text.Json;
using Drover.Models;
using Drover.Recipes;
using Drover.Tests.Batches;
using Drover.Tests.Images;
using Drover.Upstreams;

namespace Drover.Tests.Recipes;

public sealed class VisionRecipeTests(AzuriteFixture azurite) : IDisposable
{
    private static readonly string Image = $"data:image/png;base64,{Convert.ToBase64String(TestImages.Small)}";

    private readonly TestVision _vision = new();

    private VisionRecipe Recipe => new(Prompts.BuiltIn, new ModelCatalogue(), _vision.Images, _vision.Options);

    [Theory]
    [InlineData(null, "description", 800)]
    [InlineData("describe", "description", 800)]
    [InlineData("detect", "objects", 2000)]
    [InlineData("read", "text", 4000)]
    public async Task WriteRequestAsync_EachTask_AsksForItsData(string? task, string member, int maxTokens)
    {
        var request = await WriteAsync(
            new Source("1", null, null, null, null) { Image = Image, Task = task, Question = "Where is \"it\"?" });

        Assert.Equal("gpt-4o-mini", request.GetProperty("model").GetString());
        Assert.Equal(maxTokens, request.GetProperty("max_tokens").GetInt32());
        var content = request.GetProperty("messages")[0].GetProperty("content");
        Assert.EndsWith("Where is \"it\"?", content[0].GetProperty("text").GetString());
        Assert.Contains($"\"{member}\"", content[0].GetProperty("text").GetString());
        Assert.Equal(Image, content[1].GetProperty("image_url").GetProperty("url").GetString());
        Assert.Equal("auto", content[1].GetProperty("image_url").GetProperty("detail").GetString());
        Assert.Equal(
            [member],
            request.GetProperty("response_format").GetProperty("json_schema").GetProperty("schema").GetProperty("required").EnumerateArray()
                .Select(r => r.GetString()));
    }

    [Theory]
    [InlineData("paint", "vision_task")]
    [InlineData("read", "image_reference")]
    public async Task WriteRequestAsync_NotToBeDone_IsTheItemsError(string task, string code)
    {
        var unsent = await Recipe.WriteRequestAsync(
            new Source("1", null, null, null, null) { Task = task }, "m", new ArrayBufferWriter<byte>(), default);

        Assert.Equal((Outcome.Rejected, code), (unsent!.Outcome, unsent.ErrorCode));
    }

    [Theory]
    [InlineData("describe", """{"description":"A cat.","more":1}""", """{"description":"A cat."}""")]
    [InlineData("read", """{"text":""}""", """{"text":""}""")]
    [InlineData("detect", """{"objects":[]}""", """{"objects":[]}""")]
    [InlineData(
        "detect", """{"objects":[{"label":"cat","confidence":0.9,"x":1}]}""",
        """{"objects":[{"label":"cat","confidence":0.9,"box":null}]}""")]
    [InlineData(
        "detect",
        """{"objects":[{"box":{"y":0.1,"x":0,"width":1,"height":0.5},"label":"cat","confidence":1}]}""",
        """{"objects":[{"label":"cat","confidence":1,"box":{"x":0,"y":0.1,"width":1,"height":0.5}}]}""")]
    public void Read_Good_GivesTheDataAndNothingElse(string task, string reply, string data) =>
        Assert.Equal((data, null), Read(task, $"```json\n{reply}\n```"));

    [Theory]
    [InlineData("describe", "A cat.", "The reply holds no JSON object.")]
    [InlineData("describe", """{"text":"cat"}""", "'description' is missing.")]
    [InlineData("read", """{"text":["a"]}""", "'text' must be a text; it is a list.")]
    [InlineData("detect", """{"objects":["cat"]}""", "'objects[0]' must be an object; it is a text.")]
    [InlineData("detect", """{"objects":[{"label":"cat","confidence":90}]}""", "'objects[0].confidence' is 90; it must be from 0 to 1.")]
    [InlineData(
        "detect", """{"objects":[{"label":"cat","confidence":0.9,"box":{"x":10}}]}""", "'objects[0].box.x' is 10; it must be from 0 to 1.")]
    public void Read_Bad_SaysTheRule(string task, string reply, string rule) => Assert.Equal((null, rule), Read(task, reply));

    [Fact]
    public async Task RunAsync_ImagesGoodAndBad_EachHasItsOutcomeAndOnlyTheGoodAreSent()
    {
        var large = TestImages.Make(2500, 1500);
        var flaky = 0;
        await using var server = await ImageServer.StartAsync((context, _) =>
        {
            var path = context.Request.Path.Value;
            context.Response.StatusCode = path == "/gone.jpg"
                ? 404
                : path == "/flaky.jpg" && Interlocked.Increment(ref flaky) < 3
                ? 503
                : 200;
            return context.Response.StatusCode == 200
                ? context.Response.Body.WriteAsync(path == "/large.jpg" ? large : TestImages.Small).AsTask()
                : Task.CompletedTask;
        });
        await using var batch = await TestBatch.CreateAsync(
            azurite,
            [
                Line("describe", Image, "describe"), Line("detect", Image, "detect"), Line("read", server.Url("large.jpg"), "read"),
                Line("flaky", server.Url("flaky.jpg"), "describe"), Line("gone", server.Url("gone.jpg"), "describe"),
                Line("kind", "data:;base64,aGVsbG8=", "describe"),
                Line("cut", $"data:;base64,{Convert.ToBase64String(large[..9000])}", "read"),
            ],
            recipes: new RecipeCatalogue(Recipe),
            spec: s => s with { Recipe = "vision" });

        await batch.SettleAsync();

        Assert.Equal(["describe", "detect", "flaky", "read"], (await batch.ResultsAsync()).Select(Id).Order());
        Assert.Equal(
            ["cut image_truncated", "gone image_not_found", "kind image_kind"],
            (await batch.ErrorsAsync()).Select(e => $"{Id(e)} {e.GetProperty("error").GetProperty("code").GetString()}").Order());
        Assert.All(await batch.ResultsAsync(), r => Assert.True(r.GetProperty("drover").TryGetProperty("data", out _)));
        Assert.Equal(4, batch.Upstream.Stats.Processed);
    }

    public void Dispose() => _vision.Dispose();

    private static string Id(JsonElement outcome) => outcome.GetProperty("custom_id").GetString()!;

    private static string Line(string id, string image, string task) => JsonSerializer.Serialize(new { id, image, task });

    private (string? Data, string? Fault) Read(string task, string reply)
    {
        var reading = Recipe.Read(new Source("1", null, null, null, null) { Task = task }, [reply]);
        return (reading.Data?.GetRawText(), reading.Fault);
    }

    private async Task<JsonElement> WriteAsync(Source source)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Null(await Recipe.WriteRequestAsync(source, "gpt-4o-mini", buffer, default));
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
