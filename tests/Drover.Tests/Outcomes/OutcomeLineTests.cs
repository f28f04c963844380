using System.Text;
using System.Text.Json;
using Drover.Batches;
using Drover.OpenAI;
using Drover.Outcomes;
using Drover.Upstreams;

namespace Drover.Tests.Outcomes;

public sealed class OutcomeLineTests
{
    [Fact]
    public void Of_AnAnswerWithCachedAndReasoningTokens_IsReadBackWithThem() =>
        AssertRoundTrip(
            LineOf("b", "i", Answer with { Usage = new TokenUsage(120, 40, 100, 30) }, 1, 0, null, null),
            false,
            new Tally(1, 0, 0, 120, 40, 0) { CachedTokens = 100, ReasoningTokens = 30 });

    private static readonly CallResult Answer = new(Outcome.Result)
    {
        Status = 200,
        Body = """{"id":"c","choices":[]}"""u8.ToArray(),
        IsJson = true,
        RequestId = "req_1",
        Model = "gpt-4o-mini",
        Usage = new TokenUsage(120, 40, 0),
        Latency = TimeSpan.FromMilliseconds(48.26),
    };

    [Fact]
    public void Of_Result_IsAnOutputLineOfTheBatchApiWithOneMoreMember()
    {
        var line = Text(LineOf("b", "i", Answer, 1, 0.00021m, JsonElement.Parse("""{"k":[1]}"""), null));

        Assert.Equal(
            $$$$"""{"id":"{{{{JsonElement.Parse(line).GetProperty("id")}}}}","custom_id":"i","response":{"status_code":200,"request_id":"req_1","body":{"id":"c","choices":[]}},"error":null,"drover":{"attempts":1,"latency_ms":48.3,"cost_usd":0.00021,"model":"gpt-4o-mini","input_tokens":120,"output_tokens":40,"data":{"k":[1]}}}""" + "\n",
            line);
    }

    [Fact]
    public void Of_ResultRoundTrip_GivesIdAndCounts() =>
        AssertRoundTrip(LineOf("b", "i", Answer, 1, 0.00021m, null, null), false, new Tally(1, 0, 0, 120, 40, 0.00021m));

    [Fact]
    public void Of_ModelWithoutAPrice_HasACostOfNull()
    {
        var line = LineOf("b", "i", Answer, 1, null, null, null);

        Assert.Equal(JsonValueKind.Null, JsonElement.Parse(line).GetProperty("drover").GetProperty("cost_usd").ValueKind);
        AssertRoundTrip(line, false, new Tally(1, 0, 0, 120, 40, 0) { Unpriced = 1 });
    }

    [Fact]
    public void Of_AnswerThatIsAnError_KeepsItUnderResponse()
    {
        var call = new CallResult(Outcome.Rejected)
        {
            Status = 400,
            Body = """{"error":{"message":"m","code":"batch_cancelled"}}"""u8.ToArray(),
            IsJson = true,
            ErrorCode = "batch_cancelled",
            ErrorMessage = "m",
        };

        var line = LineOf("b", "i", call, 2, 0, null, null);

        var json = JsonElement.Parse(line);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("error").ValueKind);
        Assert.Equal(400, json.GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.Equal("m", json.GetProperty("response").GetProperty("body").GetProperty("error").GetProperty("message").GetString());
        // A code that the upstream chose does not make the item one that was not run.
        AssertRoundTrip(line, true, new Tally(0, 1, 0, 0, 0, 0));
    }

    [Fact]
    public void Of_AnswerThatIsNotJson_IsAnErrorObject()
    {
        var call = new CallResult(Outcome.Later)
        {
            Status = 502,
            Body = "<html>\n</html>"u8.ToArray(),
            ErrorCode = "http_502",
            ErrorMessage = "The upstream answered 502 Bad Gateway.",
        };

        var line = LineOf("b", "i", call, 10, 0, null, null);

        var error = JsonElement.Parse(line).GetProperty("response").GetProperty("body").GetProperty("error");
        Assert.Equal(("http_502", "upstream_error"), (error.GetProperty("code").GetString(), error.GetProperty("type").GetString()));
        AssertRoundTrip(line, true, new Tally(0, 1, 0, 0, 0, 0));
    }

    [Fact]
    public void Of_NoAnswer_HasNoResponseAndOurError()
    {
        var line = LineOf("b", "i", new CallResult(Outcome.Later) { ErrorCode = "timeout", ErrorMessage = "m" }, 10, 0, null, null);

        var json = JsonElement.Parse(line);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("response").ValueKind);
        Assert.Equal("""{"code":"timeout","message":"m"}""", json.GetProperty("error").GetRawText());
        AssertRoundTrip(line, true, new Tally(0, 1, 0, 0, 0, 0));
    }

    [Fact]
    public void Of_UnreadableReply_KeepsTheReplyAndItsCost()
    {
        var line = LineOf("b", "i", Answer, 1, 0.5m, null, new LineFault("unreadable_reply", "why"));

        var json = JsonElement.Parse(line);
        Assert.Equal("unreadable_reply", json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("c", json.GetProperty("response").GetProperty("body").GetProperty("id").GetString());
        Assert.False(json.GetProperty("drover").TryGetProperty("data", out _));
        AssertRoundTrip(line, true, new Tally(0, 1, 0, 120, 40, 0.5m));
    }

    [Theory]
    [InlineData("batch_cancelled")]
    [InlineData("batch_expired")]
    public void OfUnrun_RoundTrip_CountsAsUnrun(string code)
    {
        var line = OutcomeLine.OfNotRun("b", "i", new LineFault(code, "m"));

        Assert.Equal(JsonValueKind.Null, JsonElement.Parse(line).GetProperty("response").ValueKind);
        AssertRoundTrip(line, true, new Tally(0, 0, 1, 0, 0, 0));
    }

    [Theory]
    [InlineData(false, "Line 17: Why.")]
    [InlineData(true, "Item 17: Why.")]
    public void OfInvalidLine_Fault_HasTheNumberAndNoId(bool countsItems, string message)
    {
        var batch = new BatchSpec
        {
            Id = "b",
            Input = "x",
            Recipe = "chat",
            Model = "m",
            CreatedAt = default,
            ExpiresAt = default,
            CountsItems = countsItems,
        };

        var json = JsonElement.Parse(OutcomeLine.OfInvalidLine(batch, 17, new LineFault("invalid_json_line", "Why.")));

        Assert.Equal(JsonValueKind.Null, json.GetProperty("custom_id").ValueKind);
        Assert.Equal(
            $$"""{"code":"invalid_json_line","message":"{{message}}","line":17}""", json.GetProperty("error").GetRawText());
    }

    [Theory]
    [InlineData("line\nbreak \"quoted\" é 😀 \u2028 \0")]
    [InlineData("12")]
    public void Of_AnyId_ComesBackAsItWas(string id)
    {
        var line = LineOf("b", id, Answer, 1, 0, null, null);

        Assert.Equal(line.Length - 1, Array.IndexOf(line, (byte)'\n'));
        Assert.Equal(id, PendingOutcome.FromLine(line, false).ItemId);
    }

    [Fact]
    public void Of_SameItem_HasTheSameRequestIdHoweverOftenAndAnotherItemAnother()
    {
        Assert.Equal(Id("b", "i", 1), Id("b", "i", 2));
        Assert.Equal(3, new[] { Id("b", "i", 1), Id("b", "j", 1), Id("c", "i", 1) }.Distinct().Count());
        Assert.StartsWith("batch_req_", Id("b", "i", 1));

        static string? Id(string batch, string item, int attempts) =>
            JsonElement.Parse(LineOf(batch, item, Answer, attempts, 0, null, null)).GetProperty("id").GetString();
    }

    [Fact]
    public void Of_AfterAVeryLongLine_IsStillRight()
    {
        var big = Answer with { Body = Encoding.UTF8.GetBytes($$"""{"x":"{{new string('x', 2_000_000)}}"}""") };

        AssertRoundTrip(LineOf("b", "i", big, 1, 0, null, null), false, new Tally(1, 0, 0, 120, 40, 0));
        AssertRoundTrip(LineOf("b", "i", Answer, 1, 0, null, null), false, new Tally(1, 0, 0, 120, 40, 0));
    }

    [Fact]
    public void Read_SeveralLines_AddsThemUp()
    {
        byte[] lines =
        [
            .. LineOf("b", "1", Answer, 1, 0.1m, null, new LineFault("unreadable_reply", "why")),
            .. OutcomeLine.OfNotRun("b", "2", new LineFault("batch_expired", "m")),
            .. LineOf("b", "3", Answer with { Status = 0 }, 1, 0.2m, null, null),
        ];
        var ids = new HashSet<string>();

        Assert.Equal(new Tally(0, 2, 1, 240, 80, 0.3m), OutcomeLine.Count(lines, isErrors: true, ids));
        Assert.Equal(["1", "2", "3"], ids.Order());
    }

    private static void AssertRoundTrip(byte[] line, bool isError, Tally tally)
    {
        var outcome = PendingOutcome.FromLine(line, isError);

        Assert.Equal(("i", isError, tally), (outcome.ItemId, outcome.IsError, outcome.Tally));
        Assert.Equal((byte)'\n', line[^1]);
    }

    private static string Text(byte[] line) => Encoding.UTF8.GetString(line);

    private static byte[] LineOf(
        string batchId, string itemId, CallResult call, int attempts, decimal? cost, JsonElement? data, LineFault? fault) =>
        OutcomeLine.Of(batchId, itemId, call with { CostUsd = cost }, attempts, data, fault);
}
