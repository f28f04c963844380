using System.Text;
using Drover.Batches;
using Drover.Models;
using Drover.Planning;

namespace Drover.Tests.Planning;

public sealed class ItemReaderTests
{
    private const string Urls = "/v1/chat/completions, /v1/completions, /v1/embeddings, /v1/responses";

    [Theory]
    [InlineData(
        """{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"x":[1]}}""",
        "a", "/v1/chat/completions", """{"x":[1]}""")]
    [InlineData("""{"body": {"x":1} ,"url":"/v1/embeddings","custom_id":"a"}""", "a", "/v1/embeddings", """{"x":1}""")]
    [InlineData("""{"custom_id":17,"url":"/v1/responses","body":{}}""", "17", "/v1/responses", "{}")]
    [InlineData("""{"\u0063ustom_id":"\u00e9","url":"\/v1\/responses","body":{}}""", "é", "/v1/responses", "{}")]
    public void Read_RequestLine_IsAnItem(string line, string id, string url, string body)
    {
        var item = Read(line, out var fault);

        Assert.Null(fault);
        Assert.Equal((id, 0, url, false), (item?.Id, item?.Priority, item?.Url, item?.IsSource));
        Assert.Equal(body, Encoding.UTF8.GetString(item!.Value.Body.Span));
    }

    [Theory]
    [InlineData("/chat/completions", "/v1/chat/completions")]
    [InlineData("/completions", "/v1/completions")]
    [InlineData("/embeddings", "/v1/embeddings")]
    [InlineData("/responses", "/v1/responses")]
    [InlineData("/openai/v1/responses", "/v1/responses")]
    [InlineData("/openai/v1/chat/completions?api-version=preview", "/v1/chat/completions")]
    [InlineData("/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21", "/v1/chat/completions")]
    [InlineData("https://api.openai.com/v1/chat/completions", "/v1/chat/completions")]
    [InlineData("https://openrouter.ai/api/v1/completions/", "/v1/completions")]
    [InlineData("https://x.openai.azure.com/openai/deployments/my-gpt/embeddings?api-version=1", "/v1/embeddings")]
    public void Read_UrlAsOthersWriteIt_IsTheRouteItMeans(string url, string route)
    {
        var item = Read($$$"""{"custom_id":"a","url":"{{{url}}}","body":{}}""", out var fault);

        Assert.Null(fault);
        Assert.Equal(route, item?.Url);
    }

    [Theory]
    [InlineData("/images/generations")]
    [InlineData("/v2/chat/completions")]
    [InlineData("chat/completions")]
    [InlineData("/openai/deployments/a/b/chat/completions")]
    [InlineData("ftp://example.org/v1/chat/completions")]
    [InlineData("https://example.org/v1/images")]
    [InlineData("/v1/chat/chat/completions")]
    public void Read_UrlOfNoRoute_IsAFault(string url)
    {
        Assert.Null(Read($$$"""{"custom_id":"a","url":"{{{url}}}","body":{}}""", out var fault));

        Assert.Equal("invalid_url", fault?.Code);
    }

    [Theory]
    [InlineData("""{"id":"a","text":"x"}""", "a", 0)]
    [InlineData("""{"id":"a","title":"x","text":null}""", "a", 0)]
    [InlineData("""{"id":"a","text":"x","url":"https://example.com","priority":9}""", "a", 9)]
    [InlineData("""{"id":"a","text":"x","priority":3.0}""", "a", 3)]
    [InlineData("""{"id":"a","text":"x","priority":null}""", "a", 0)]
    [InlineData("""{"id":12345678901234567890,"text":"x"}""", "12345678901234567890", 0)]
    [InlineData("""{"id":-1.50,"text":"x"}""", "-1.50", 0)]
    [InlineData("""{"id":"a","custom_id":null,"text":"\ud83d\ude00"}""", "a", 0)]
    [InlineData("""  {"id":"a","text":"x"}  """, "a", 0)]
    public void Read_Source_IsAnItemWithTheWholeLine(string line, string id, int priority)
    {
        var item = Read(line, out var fault);

        Assert.Null(fault);
        Assert.Equal((id, priority, true), (item?.Id, item?.Priority, item?.IsSource));
        Assert.Equal(line, Encoding.UTF8.GetString(item!.Value.Body.Span));
    }

    [Theory]
    [InlineData("[]", "invalid_json_line", "The line must be a JSON object; it is an array.")]
    [InlineData("7", "invalid_json_line", "The line must be a JSON object; it is a number.")]
    [InlineData("null", "invalid_json_line", "The line must be a JSON object; it is true, false or null.")]
    [InlineData("{}", "invalid_request", "The line has no id: a request line needs 'custom_id', a source needs 'id'.")]
    [InlineData("""{"text":"x"}""", "invalid_request", "The line has no id: a request line needs 'custom_id', a source needs 'id'.")]
    [InlineData(
        """{"id":null,"text":"x"}""", "invalid_request", "The line has no id: a request line needs 'custom_id', a source needs 'id'.")]
    [InlineData("""{"url":"/v1/responses","body":{}}""", "invalid_request", "A request line needs 'custom_id'.")]
    [InlineData("""{"id":"a","url":"/v1/responses","body":{}}""", "invalid_request", "A request line needs 'custom_id'.")]
    [InlineData("""{"id":"","text":"x"}""", "invalid_request", "'id' must be a text of 1 to 512 characters (or a number).")]
    [InlineData("""{"id":true,"text":"x"}""", "invalid_request", "'id' must be a text of 1 to 512 characters (or a number).")]
    [InlineData("""{"id":{"a":1},"text":"x"}""", "invalid_request", "'id' must be a text of 1 to 512 characters (or a number).")]
    [InlineData(
        """{"custom_id":"","url":"/v1/responses","body":{}}""", "invalid_request",
        "'custom_id' must be a text of 1 to 512 characters (or a number).")]
    [InlineData(
        """{"custom_id":["a"],"url":"/v1/responses","body":{}}""", "invalid_request",
        "'custom_id' must be a text of 1 to 512 characters (or a number).")]
    [InlineData("""{"id":"a"}""", "invalid_request", "A source needs 'text', 'title', 'image' or 'documents'.")]
    [InlineData("""{"id":"a","text":"","title":""}""", "invalid_request", "A source needs 'text', 'title', 'image' or 'documents'.")]
    [InlineData("""{"id":"a","text":7}""", "invalid_request", "A source needs 'text', 'title', 'image' or 'documents'.")]
    [InlineData(
        """{"id":"a","text":"x","priority":10}""", "invalid_request",
        "'priority' is 10; it must be a whole number from 0 to 9, and higher goes first.")]
    [InlineData(
        """{"id":"a","text":"x","priority":-1}""", "invalid_request",
        "'priority' is -1; it must be a whole number from 0 to 9, and higher goes first.")]
    [InlineData(
        """{"id":"a","text":"x","priority":1.5}""", "invalid_request",
        "'priority' is 1.5; it must be a whole number from 0 to 9, and higher goes first.")]
    [InlineData(
        """{"id":"a","text":"x","priority":"5"}""", "invalid_request",
        "'priority' is no number; it must be a whole number from 0 to 9, and higher goes first.")]
    [InlineData(
        """{"id":"a","text":"x","priority":[5]}""", "invalid_request",
        "'priority' is no number; it must be a whole number from 0 to 9, and higher goes first.")]
    [InlineData(
        """{"custom_id":"a","method":"GET","url":"/v1/responses","body":{}}""", "invalid_request", "'method' is 'GET'; it must be POST.")]
    [InlineData("""{"custom_id":"a","method":1,"url":"/v1/responses","body":{}}""", "invalid_request", "'method' is ''; it must be POST.")]
    [InlineData("""{"custom_id":"a","url":"/v1/files","body":{}}""", "invalid_url", $"'url' is '/v1/files'; it must be one of {Urls}.")]
    [InlineData("""{"custom_id":"a","body":{}}""", "invalid_url", $"'url' is ''; it must be one of {Urls}.")]
    [InlineData("""{"custom_id":"a","url":"/v1/responses"}""", "invalid_request", "'body' must be a JSON object.")]
    [InlineData("""{"custom_id":"a","url":"/v1/responses","body":"{}"}""", "invalid_request", "'body' must be a JSON object.")]
    [InlineData("""{"custom_id":"a","url":"/v1/responses","body":null}""", "invalid_request", "'body' must be a JSON object.")]
    [InlineData(
        """{"custom_id":"a","url":"/v1/responses","body":{"model":"m","stream":true,"n":1}}""", "invalid_request",
        "'body.stream' is true; an answer in a batch comes whole, so it must be false or left out.")]
    public void Read_RuleBroken_SaysWhich(string line, string code, string message)
    {
        Assert.Null(Read(line, out var fault));
        Assert.Equal((code, message), (fault!.Code, fault.Message));
    }

    [Theory]
    [InlineData("""{"id":"a"}""", "a")]
    [InlineData("""{"custom_id":"b","url":"/v1/responses"}""", "b")]
    [InlineData("""{"id":""}""", null)]
    [InlineData("""{"text":"x"}""", null)]
    public void Read_RuleBroken_NamesTheItemIfItCan(string line, string? id)
    {
        Assert.Null(Read(line, out var fault));
        Assert.Equal(id, fault!.ItemId);
    }

    [Fact]
    public void Read_StreamFalseOrDeeper_IsAnItem() =>
        Assert.NotNull(Read("""{"custom_id":"a","url":"/v1/responses","body":{"stream":false,"x":{"stream":true}}}""", out _));

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"id\":\"a\",\"text\":\"x\"")]
    [InlineData("{\"id\":\"a\",\"text\":\"x\"} trailing")]
    [InlineData("{\"id\":\"a\",\"text\":\"x\"}{\"id\":\"b\",\"text\":\"x\"}")]
    [InlineData("{'id':'a'}")]
    [InlineData("{\"id\":\"a\",\"text\":\"x\",}")]
    [InlineData("{\"id\":\"a\" // c\n,\"text\":\"x\"}")]
    [InlineData("\uFEFF{\"id\":\"a\",\"text\":\"x\"}")]
    public void Read_NotJson_SaysSo(string line)
    {
        Assert.Null(Read(line, out var fault));
        Assert.Equal("invalid_json_line", fault?.Code);
        Assert.StartsWith("The line is not valid JSON: ", fault?.Message);
        Assert.InRange(fault!.Message.Length, 1, 200);
    }

    [Theory]
    [InlineData("""{"id":"\ud800","text":"x"}""")]
    [InlineData("""{"id":"a","text":"cut \ud83d"}""")]
    [InlineData("""{"id":"a","title":"\udc00","text":"x"}""")]
    [InlineData("""{"id":"a","text":"x","model":"\ud800"}""")]
    [InlineData("""{"id":"a","text":"x","url":"\ud800"}""")]
    public void Read_HalfASurrogatePair_IsAFaultHereAndNotWhenItIsRun(string line)
    {
        Assert.Null(Read(line, out var fault));
        Assert.Equal("invalid_json_line", fault?.Code);
    }

    [Fact]
    public void Read_InvalidUtf8_SaysSo()
    {
        Assert.Null(ItemReader.Read(new byte[] { (byte)'{', 0xC3, 0x28, (byte)'}' }, out var fault));
        Assert.Equal(new LineFault("invalid_json_line", "The line is not UTF-8 text."), fault);
    }

    [Fact]
    public void Read_DeepNesting_IsAFaultAndNoException()
    {
        var deep = new string('[', 100_000);

        Assert.Null(Read($$"""{"id":"a","text":"x","more":{{deep}}""", out var fault));
        Assert.Equal("invalid_json_line", fault?.Code);
    }

    [Fact]
    public void Read_SourcesAndRequestsModel_IsItsWish()
    {
        Assert.Equal(
            new ModelWish("m", Complexity.High, Preference.Speed),
            Read("""{"id":"a","text":"x","model":"m","complexity":"HIGH","prefer":"speed"}""", out _)!.Value.Wish);
        Assert.Equal(default, Read("""{"id":"a","text":"x","model":"","complexity":null,"prefer":null}""", out _)!.Value.Wish);
        Assert.Equal(
            new ModelWish("m"),
            Read(
                """{"custom_id":"a","url":"/v1/embeddings","model":"n","complexity":"odd","body":{"input":{"model":"o"},"model":"m"}}""",
                out _)!.Value.Wish);
    }

    [Fact]
    public void Read_SourceWithAnImage_NeedsVisionAndNoRoomForItsBytes()
    {
        var item = Read($$"""{"id":"a","image":"data:,{{new string('A', 90_000)}}","question":"What?","task":"read"}""", out _)!.Value;

        Assert.Equal((90_006, true, null), (item.ImageBytes, item.Needs.Vision, item.Wish.Model));
        Assert.InRange(item.Needs.Tokens, 4_000, 4_100);
        Assert.False(Read("""{"id":"a","text":"x","image":null}""", out _)!.Value.Needs.Vision);
    }

    [Theory]
    [InlineData("complexity", "\"hard\"", "'complexity' is 'hard'; it must be low, medium or high.")]
    [InlineData("complexity", "1", "'complexity' is no text; it must be low, medium or high.")]
    [InlineData("prefer", "\"0\"", "'prefer' is '0'; it must be budget, speed or quality.")]
    [InlineData("prefer", "[\"speed\"]", "'prefer' is no text; it must be budget, speed or quality.")]
    public void Read_WordThatIsNone_IsNamedWithThoseThereAre(string member, string value, string message)
    {
        Assert.Null(Read($$"""{"id":"a","text":"x","{{member}}":{{value}}}""", out var fault));
        Assert.Equal(new LineFault("invalid_request", message, "a"), fault);
    }

    [Fact]
    public void Read_LongestId_IsTakenAndOneMoreIsNot()
    {
        Assert.Equal(512, Read($$"""{"id":"{{new string('i', 512)}}","text":"x"}""", out _)?.Id.Length);
        Assert.Null(Read($$"""{"id":"{{new string('i', 513)}}","text":"x"}""", out var fault));
        Assert.Equal("'id' must be a text of 1 to 512 characters (or a number).", fault?.Message);
    }

    [Fact]
    public void Read_LongValueInAMessage_IsCut()
    {
        Read($$$"""{"custom_id":"a","url":"{{{new string('u', 10_000)}}}","body":{}}""", out var fault);

        Assert.Contains(new string('u', 120) + "…'", fault!.Message);
        Assert.True(fault.Message.Length < 300);
    }

    private static Item? Read(string line, out LineFault? fault) => ItemReader.Read(Encoding.UTF8.GetBytes(line), out fault);
}
