using System.Buffers;
using System.Text.Json;
using Drover.Recipes;

namespace Drover.Tests.Recipes;

public sealed class ExtractRecipeTests
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
    public void ReadReply_Good_GivesTheData()
    {
        var data = _recipe.ReadReply(Good, out var fault);

        Assert.Null(fault);
        Assert.Equal(Good, data?.GetRawText());
    }

    [Fact]
    public void ReadReply_MoreThanWasAskedFor_IsLeftOutAndConfidenceIsWhole()
    {
        var data = _recipe.ReadReply(
            """{"extra":1,"confidence":79.6,"categories":["x","y"],"summary":"s","keywords":["a","b","c","d","e"]}""", out _);

        Assert.Equal("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x","y"],"confidence":80}""", data?.GetRawText());
    }

    [Theory]
    [InlineData("no", "The reply holds no JSON object.")]
    [InlineData("{}", "'keywords' must be a list of 5 texts.")]
    [InlineData("""{"keywords":"a,b,c,d,e"}""", "'keywords' must be a list of 5 texts.")]
    [InlineData("""{"keywords":["a","b","c","d"]}""", "'keywords' must be a list of 5 texts.")]
    [InlineData("""{"keywords":["a","b","c","d",5]}""", "'keywords' must be a list of 5 texts.")]
    [InlineData("""{"keywords":["a","b","c","d","e"]}""", "'summary' must be a text.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":null}""", "'summary' must be a text.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s"}""", "'categories' must be a list of at least one text.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":[]}""", "'categories' must be a list of at least one text.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":[{}]}""", "'categories' must be a list of at least one text.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"]}""", "'confidence' must be a number from 0 to 100.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"],"confidence":"80"}""", "'confidence' must be a number from 0 to 100.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"],"confidence":101}""", "'confidence' must be a number from 0 to 100.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"],"confidence":-1}""", "'confidence' must be a number from 0 to 100.")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"],"confidence":1e999}""", "'confidence' must be a number from 0 to 100.")]
    public void ReadReply_RuleBroken_SaysWhich(string reply, string expected)
    {
        Assert.Null(_recipe.ReadReply(reply, out var fault));
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData("""{"keywords":["a","b","c","d","\ud800"],"summary":"s","categories":["x"],"confidence":80}""")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"\udc00","categories":["x"],"confidence":80}""")]
    [InlineData("""{"keywords":["a","b","c","d","e"],"summary":"s","categories":["x \ud83d"],"confidence":80}""")]
    [InlineData("""{"\ud800":1,"keywords":["a","b","c","d","e"],"summary":"s","categories":["x"],"confidence":"\ud800"}""")]
    public void ReadReply_HalfASurrogatePair_IsAFaultAndNoException(string reply)
    {
        Assert.Null(_recipe.ReadReply(reply, out var fault));
        Assert.NotNull(fault);
    }

    [Fact]
    public void ReadReply_LongSummary_IsCutTo200Characters()
    {
        Assert.Equal(new string('x', 200), Summary(new string('x', 200)));
        Assert.Equal(new string('x', 199) + "…", Summary(new string('x', 201)));
        Assert.Equal(new string('x', 198) + "…", Summary(new string('x', 198) + " yyyy"));
        Assert.Equal(new string('x', 198) + "…", Summary(new string('x', 198) + "😀😀"));
    }

    [Fact]
    public void ReadReply_CutOffAtEveryPosition_IsDataOrAFault()
    {
        for (var length = 0; length < Good.Length; length++)
        {
            var data = _recipe.ReadReply(Good[..length], out var fault);
            Assert.True(data is null != fault is null);
        }
    }

    private string? Summary(string summary) => _recipe.ReadReply(
        $$"""{"keywords":["a","b","c","d","e"],"summary":{{JsonSerializer.Serialize(summary)}},"categories":["x"],"confidence":80}""", out _)
        ?.GetProperty("summary").GetString();

    private JsonElement Write(Source source, string model)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Null(_recipe.WriteRequestAsync(source, model, buffer, default).Result);
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
