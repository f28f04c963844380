using System.Buffers;
using System.Text.Json;
using Drover.Recipes;
using Drover.Simulator;
using Drover.Tests.Batches;

namespace Drover.Tests.Recipes;

public sealed class ExtractRecipeTests(AzuriteFixture azurite)
{
    private const string Good = """{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"],"confidence":80}""";

    private readonly IRecipe _recipe = new RecipeCatalogue().Find("extract")!;

    [Fact]
    public void WriteRequestAsync_ASource_IsAChatCompletionThatAsksForTheSchema()
    {
        var request = Write(new Source("7", "https://example.com/a", "A \"title\"", "Text\nwith 😀 and \u0001", null), "gpt-4o-mini");

        Assert.Equal("gpt-4o-mini", request.GetProperty("model").GetString());
        Assert.Equal(0, request.GetProperty("temperature").GetDouble());
        var message = Assert.Single(request.GetProperty("messages").EnumerateArray());
        Assert.Equal("user", message.GetProperty("role").GetString());
        var content = message.GetProperty("content").GetString()!;
        Assert.Contains("Title: A \"title\"", content);
        Assert.Contains("Address: https://example.com/a", content);
        Assert.Contains("Text\nwith 😀 and \u0001", content);
        Assert.DoesNotContain("{{", content);
        var format = request.GetProperty("response_format");
        Assert.Equal("json_schema", format.GetProperty("type").GetString());
        var schema = format.GetProperty("json_schema");
        Assert.Equal(("extract", true), (schema.GetProperty("name").GetString(), schema.GetProperty("strict").GetBoolean()));
        Assert.Equal(
            ["categories", "confidence", "keywords", "summary"],
            schema.GetProperty("schema").GetProperty("properties").EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(
            ["categories", "confidence", "keywords", "summary"],
            schema.GetProperty("schema").GetProperty("required").EnumerateArray().Select(p => p.GetString()).Order());
    }

    [Fact]
    public void WriteRequestAsync_SourceWithoutTitleOrUrl_IsStillValid() =>
        Assert.Equal(JsonValueKind.Object, Write(new Source("7", null, null, "text", null), "m").ValueKind);

    [Fact]
    public void Read_Good_GivesTheData()
    {
        var data = Read(Good, out var fault);

        Assert.Null(fault);
        Assert.Equal(Good, data?.GetRawText());
    }

    [Fact]
    public void Read_MoreThanWasAskedFor_IsLeftOutAndConfidenceIsWhole()
    {
        var data = Read(
            """{"extra":1,"confidence":79.6,"categories":["x","y"],"summary":"s","keywords":["a","b","c","d","e"]}""", out _);

        Assert.Equal("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x","y"],"confidence":80}""", data?.GetRawText());
    }

    [Theory]
    [InlineData("no", "The reply holds no JSON object.")]
    [InlineData("{}", "'keywords' is missing.")]
    [InlineData("""{"keywords":"a,b,c,d,e"}""", "'keywords' must be a list; it is a text.")]
    [InlineData("""{"keywords":["a","b","c","d"]}""", "'keywords' has 4 items; there must be 5.")]
    [InlineData("""{"keywords":["a","b","c","d",5]}""", "'keywords[4]' must be a text; it is a number.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":null}""", "'summary' must be a text; it is null.")]
    [InlineData(
        """{"keywords":["a","b","c","d","e"],"summary":"s","categories":[]}""", "'categories' has 0 items; there must be from 1 to 3.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"]}""", "'confidence' is missing.")]
    [InlineData(
        """{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"],"confidence":"80"}""",
        "'confidence' must be a whole number; it is a text.")]
    [InlineData(
        """{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"],"confidence":101}""",
        "'confidence' is 101; it must be from 0 to 100.")]
    [InlineData(
        """{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"],"confidence":1e999}""",
        "'confidence' is 1e999; it must be from 0 to 100.")]
    public void Read_RuleBroken_SaysWhich(string reply, string expected)
    {
        Assert.Null(Read(reply, out var fault));
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData("""{"keywords":["a","b","c","d","\ud800"],"summary":"s","categories":["x"],"confidence":80}""")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"\udc00","categories":["x"],"confidence":80}""")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x \ud83d"],"confidence":80}""")]
    public void Read_HalfASurrogatePair_IsReplaced(string reply)
    {
        var data = Read(reply, out var fault);

        Assert.Null(fault);
        Assert.Contains("\ufffd", data.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_RepliesThatWillNotDo_AreErrorsThatKeepThemOrAreAskedForOnceMore(bool repair)
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(40), new SimulatorOptions { FailTruncated = 0.4 }, spec: s => s with { Repair = repair });

        await batch.SettleAsync();

        var (results, errors) = (await batch.ResultsAsync(), await batch.ErrorsAsync());
        Assert.Equal(40, results.Count + errors.Count);
        Assert.All(errors, e => Assert.Equal("unreadable_reply", e.GetProperty("error").GetProperty("code").GetString()));
        Assert.All(errors, e => Assert.Equal(200, e.GetProperty("response").GetProperty("status_code").GetInt32()));
        var stats = batch.Upstream.Stats;
        var repaired = results.Count(r => r.GetProperty("drover").GetProperty("attempts").GetInt32() == 2);
        Assert.Equal(repair ? 40 + repaired + errors.Count : 40, stats.Processed);
        Assert.InRange(errors.Count, repair ? 2 : 9, repair ? 12 : 25);
        Assert.Equal(repair, repaired > 4);
        Assert.Equal(stats.CostUsd, results.Concat(errors).Sum(l => l.GetProperty("drover").GetProperty("cost_usd").GetDecimal()));
    }

    [Fact]
    public async Task RunAsync_RepairUnderARateLimit_PaysNoReplyTwice()
    {
        // Refusals fall on first requests and on repairs alike; a repair that has to wait for the next pass goes on where it stood.
        await using var batch = await TestBatch.CreateAsync(
            azurite, TestBatch.Sources(40), new SimulatorOptions { FailTruncated = 0.4, Fail500 = 0.3 },
            spec: s => s with { Repair = true });

        await batch.SettleAsync(sameProcess: true);

        var (results, errors) = (await batch.ResultsAsync(), await batch.ErrorsAsync());
        Assert.Equal(40, results.Count + errors.Count);
        Assert.True(batch.Upstream.Stats.Faults["500"] > 10);
        Assert.Equal(
            batch.Upstream.Stats.CostUsd, results.Concat(errors).Sum(l => l.GetProperty("drover").GetProperty("cost_usd").GetDecimal()));
    }

    [Fact]
    public void Read_LongSummary_IsCutTo200Characters()
    {
        Assert.Equal(new string('x', 200), Summary(new string('x', 200)));
        Assert.Equal(new string('x', 199) + "…", Summary(new string('x', 201)));
        Assert.Equal(new string('x', 198) + "…", Summary(new string('x', 198) + " yyyy"));
        Assert.Equal(new string('x', 198) + "😀😀", Summary(new string('x', 198) + "😀😀")); // Characters, not halves of them.
        Assert.Equal(new string('x', 198) + "😀…", Summary(new string('x', 198) + "😀😀😀"));
    }

    [Fact]
    public void Read_CutOffAtEveryPosition_IsDataOrAFault()
    {
        for (var length = 0; length < Good.Length; length++)
        {
            var data = Read(Good[..length], out var fault);
            Assert.True(data is null != fault is null);
        }
    }

    private string? Summary(string summary) => Read(
        $$"""{"keywords":["a","b","c","d","e"],"summary":{{JsonSerializer.Serialize(summary)}},"categories":["x"],"confidence":80}""",
        out _)
        ?.GetProperty("summary").GetString();

    private JsonElement? Read(string reply, out string? fault)
    {
        var reading = _recipe.Read(new Source("7", null, null, "text", null), [reply]);
        fault = reading.Fault;
        return reading.Data;
    }

    private JsonElement Write(Source source, string model)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Null(_recipe.WriteRequestAsync(source, model, buffer, default).Result);
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
