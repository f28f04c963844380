using System.Net;
using System.Text;
using System.Text.Json;
using Drover.OpenAI;
using Drover.Upstreams;

namespace Drover.Tests.Upstreams;

public sealed class AnswerReaderTests
{
    private const string Error = """{"error":{"message":"No.","type":"some_type","param":null,"code":null}}""";

    [Theory]
    [InlineData(301, Outcome.SetupWrong)]
    [InlineData(400, Outcome.Rejected)]
    [InlineData(401, Outcome.KeyRefused)]
    [InlineData(403, Outcome.KeyRefused)]
    [InlineData(404, Outcome.Rejected)]
    [InlineData(408, Outcome.Later)]
    [InlineData(409, Outcome.Later)]
    [InlineData(413, Outcome.Rejected)]
    [InlineData(422, Outcome.Rejected)]
    [InlineData(425, Outcome.Later)]
    [InlineData(460, Outcome.Later)]
    [InlineData(498, Outcome.Later)]
    [InlineData(429, Outcome.Later)]
    [InlineData(500, Outcome.Later)]
    [InlineData(502, Outcome.Later)]
    [InlineData(503, Outcome.Later)]
    [InlineData(504, Outcome.Later)]
    [InlineData(509, Outcome.Later)]
    [InlineData(520, Outcome.Later)]
    [InlineData(524, Outcome.Later)]
    [InlineData(529, Outcome.Later)]
    public void Read_Status_IsItsOutcome(int status, Outcome outcome)
    {
        var call = Read(status, Error);

        Assert.Equal((outcome, status, true), (call.Outcome, call.Status, call.IsJson));
        Assert.Equal("some_type", call.ErrorCode);
        Assert.StartsWith("No.", call.ErrorMessage);
    }

    [Theory]
    [InlineData(404, "model_not_found", Outcome.ModelUnknown)]
    [InlineData(404, "not_found", Outcome.Rejected)]
    [InlineData(400, "model_not_found", Outcome.ModelUnknown)]
    [InlineData(429, "insufficient_quota", Outcome.KeyRefused)]
    [InlineData(429, "rate_limit_exceeded", Outcome.Later)]
    [InlineData(500, "insufficient_quota", Outcome.Later)]
    public void Read_CodeOfTheError_RefinesTheOutcome(int status, string code, Outcome outcome)
    {
        var call = Read(status, $$$"""{"error":{"message":"No.","type":"t","code":"{{{code}}}"}}""");

        Assert.Equal((outcome, code), (call.Outcome, call.ErrorCode));
    }

    [Fact]
    public void Read_PrettyPrinted_IsPutOnOneLineAndMeansTheSame()
    {
        const string pretty = "{\r\n  \"model\": \"m\",\n  \"choices\": [\n    \"a\\nb\"\n  ]\n}\n";

        var call = Read(200, pretty);

        var line = Encoding.UTF8.GetString(call.Body.Span);
        Assert.DoesNotContain('\n', line);
        Assert.DoesNotContain('\r', line);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(pretty), JsonElement.Parse(line)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("<html>")]
    [InlineData("""{"model":"m" """)]
    [InlineData("""{"model":"m"} trailing""")]
    public void Read_200ThatIsNotJson_IsForLater(string body)
    {
        var call = Read(200, body);

        Assert.Equal((Outcome.Later, false, true, "unreadable_answer"), (call.Outcome, call.IsJson, call.IsUnreadable, call.ErrorCode));
        Assert.Equal($"The upstream answered 200 with a body that is not JSON: {body}", call.ErrorMessage);
    }

    [Fact]
    public void Read_InvalidUtf8_IsReadWithReplacements() =>
        Assert.Equal("{\"a\":\"\ufffd\"}", Encoding.UTF8.GetString(Read(400, [.. "{\"a\":\""u8, 0xFF, .. "\"}"u8]).Body.Span));

    [Theory]
    [InlineData("<html>Bad gateway</html>", "http_502", "The upstream answered 502 Bad Gateway.")]
    [InlineData("""{"detail":"x"}""", "http_502", "x")]
    [InlineData("""{"error":"overloaded"}""", "http_502", "overloaded")]
    [InlineData("""{"error":{"message":"m","code":17,"type":"t"}}""", "t", "m")]
    [InlineData("""{"error":{"message":{},"code":"c"}}""", "c", "The upstream answered 502 Bad Gateway.")]
    [InlineData("""{"error":[1]}""", "http_502", "The upstream answered 502 Bad Gateway.")]
    [InlineData("""{"error":null}""", "http_502", "The upstream answered 502 Bad Gateway.")]
    [InlineData("""[1]""", "http_502", "The upstream answered 502 Bad Gateway.")]
    public void Read_FormsOfErrors_GiveCodeAndMessage(string body, string code, string message)
    {
        var call = Read(502, body);

        Assert.Equal((code, message), (call.ErrorCode, call.ErrorMessage));
    }

    [Fact]
    public void Read_LongMessage_IsCutTo500Characters()
    {
        var call = Read(400, $$$"""{"error":{"message":"{{{new string('x', 2000)}}}"}}""");

        Assert.Equal(new string('x', 500) + "…", call.ErrorMessage);
    }

    [Fact]
    public void Read_HeadersOfAnError_GiveRequestIdAndWait()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.Add("x-request-id", "req_1");
        response.Headers.Add("Retry-After", "7");

        var call = AnswerReader.Read(response, Encoding.UTF8.GetBytes(Error), "/v1/chat/completions", DateTimeOffset.UnixEpoch);

        Assert.Equal(("req_1", TimeSpan.FromSeconds(7)), (call.RequestId, call.RetryAfter));
    }

    [Fact]
    public void Read_Result_HasModelAndUsageAndNoWait()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.OK);
        response.Headers.Add("Retry-After", "7");

        var call = AnswerReader.Read(
            response,
            """{"model":"gpt-4o-mini-2024-07-18","usage":{"prompt_tokens":10,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":6}},"choices":[{"message":{"content":"Hi"}}]}"""u8.ToArray(),
            "/v1/chat/completions",
            DateTimeOffset.UnixEpoch);

        Assert.Equal("gpt-4o-mini-2024-07-18", call.Model);
        Assert.Equal(new TokenUsage(10, 4, 6), call.Usage);
        Assert.Null(call.RetryAfter);
    }

    private static CallResult Read(int status, string body) => Read(status, Encoding.UTF8.GetBytes(body));

    private static CallResult Read(int status, byte[] body)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        return AnswerReader.Read(response, body, "/v1/chat/completions", DateTimeOffset.UnixEpoch);
    }
}
