using System.Text;
using System.Text.Json;
using Drover.OpenAI;
using Drover.Recipes;
using Drover.Upstreams;

namespace Drover.Tests.Upstreams;

/// <summary>Whatever is answered, it comes to one outcome that is true.</summary>
public sealed class RandomAnswerTests
{
    private const int Seeds = 8;
    private const int Cases = 12_600;

    [Fact]
    public void Read_RandomAnswers_ComeToOneTrueOutcome() => Parallel.For(1, Seeds + 1, seed =>
    {
        var answers = new RandomAnswers(seed);
        var results = 0;
        for (var i = 0; i < Cases; i++)
        {
            using var response = answers.Head();
            var (url, body) = (answers.Url(), answers.Body());
            try
            {
                var call = AnswerReader.Read(response, [.. body], url, DateTimeOffset.UnixEpoch);
                Check(call, url, isEstimated: i % 8 == 0);
                results += call.Outcome == Outcome.Result ? 1 : 0;
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed}, case {i}, {(int)response.StatusCode} to {url}: {Encoding.UTF8.GetString(body)}\n{e}");
            }
        }

        Assert.InRange(results, Cases / 40, Cases / 2); // Both kinds are tried.
    });

    private static void Check(CallResult call, string url, bool isEstimated)
    {
        Assert.True(call.Usage is { PromptTokens: >= 0, CompletionTokens: >= 0, CachedTokens: >= 0, ReasoningTokens: >= 0 });
        Assert.InRange(call.Usage.CachedTokens, 0, call.Usage.PromptTokens);
        Assert.Equal(call.IsUsageKnown, call.Usage.PromptTokens + call.Usage.CompletionTokens > 0);
        if (call.IsJson)
        {
            Assert.Equal(-1, call.Body.Span.IndexOfAny((byte)'\n', (byte)'\r'));
            using var json = JsonDocument.Parse(call.Body);
        }

        if (isEstimated)
        {
            var paid = UsageEstimate.Of(call, new ApiCall(url, "{}"u8.ToArray(), "gpt-4o-mini") { PromptTokens = 5 });
            Assert.Equal(call.IsUsageKnown || call.IsUnreadable || call.Outcome == Outcome.Result, paid.Usage != default || IsFree(call));
        }

        if (call.Outcome != Outcome.Result)
        {
            Assert.NotEmpty(call.ErrorCode!);
            Assert.NotEmpty(call.ErrorMessage!);
            Assert.True(call.Status != 401 || call.Outcome == Outcome.KeyRefused, $"{call}");
            return;
        }

        Assert.InRange(call.Status, 200, 299);
        Assert.True(call.IsJson && AnswerReader.IsAnswer(call.Body.Span, url));
        Assert.Null(call.ErrorCode);
        if (url == "/v1/chat/completions")
        {
            var choice = ReplyText.FirstChoice(JsonElement.Parse(call.Body.Span));
            _ = ReplyText.OfChoice(choice);
            _ = ReplyEnd.Of(choice, call.Usage);
            Assert.NotEqual(ChunkKind.Error, ChatChunk.OfCompletion(call.Body).Kind);
        }
    }

    // The page of a web server is no answer of a model.
    private static bool IsFree(CallResult call) => call.IsUnreadable && call.Outcome == Outcome.SetupWrong;
}
