using System.Text;
using Drover.Upstreams;

namespace Drover.Tests.Upstreams;

/// <summary>Whatever an upstream sends, a call ends with a result that says what it means.</summary>
public sealed class OddAnswerTests
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task CallAsync_ABodyThatIsNotWhatItsEncodingSays_IsTriedLater(string encoding)
    {
        await using var upstream = new RawUpstream($"200 OK\r\nContent-Encoding: {encoding}", [1, 2, 3, 4, 5, 6, 7, 8, 9]);

        var result = await upstream.CallAsync();

        Assert.Equal(Outcome.Later, result.Outcome);
        Assert.NotNull(result.ErrorCode);
    }

    [Theory]
    [InlineData("401 Unauthorized")]
    [InlineData("400 Bad Request")]
    [InlineData("200 OK")]
    public async Task CallAsync_AnAnswerThatRepeatsTheKey_IsKeptWithoutIt(string status)
    {
        await using var upstream = new RawUpstream(
            status, Encoding.UTF8.GetBytes("""{"error":{"message":"Bad token: Bearer sk-secret-123456 (sk-secret-123456)"}}"""));

        var result = await upstream.CallAsync();

        Assert.DoesNotContain("sk-secret", $"{result.ErrorMessage}{Encoding.UTF8.GetString(result.Body.Span)}", StringComparison.Ordinal);
        Assert.True(result.IsJson);
    }

    [Theory]
    [InlineData("9000000000000000000", "5")]
    [InlineData("5", "9000000000000000000")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("5", "20000001")]
    public async Task CallAsync_AUsageThatCannotBe_IsEstimated(string prompt, string completion)
    {
        await using var upstream = new RawUpstream("200 OK", Encoding.UTF8.GetBytes(
            $$$"""{"choices":[{"message":{"role":"assistant","content":"Five words are enough here."},"finish_reason":"stop"}],"usage":{"prompt_tokens":{{{prompt}}},"completion_tokens":{{{completion}}}}}"""));

        var result = await upstream.CallAsync();

        Assert.Equal((Outcome.Result, false), (result.Outcome, result.IsUsageKnown));
        Assert.InRange(result.Usage.CompletionTokens, 1, 20);
        Assert.InRange(result.Usage.PromptTokens, 0, 20);
    }
}
