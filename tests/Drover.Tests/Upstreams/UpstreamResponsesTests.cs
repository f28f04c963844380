using System.Text;
using System.Text.Json;
using Drover.Simulator;
using Drover.Upstreams;

namespace Drover.Tests.Upstreams;

/// <summary><c>/v1/responses</c> at upstreams that have it, and at those that do not.</summary>
public sealed class UpstreamResponsesTests
{
    private const string Body = """{"model":"gpt-4o-mini","input":"hi","max_output_tokens":100}""";

    private static readonly SimulatorOptions Without = new() { NoResponses = true };

    [Fact]
    public async Task CallAsync_UpstreamWithTheRoute_PassesItOn()
    {
        await using var upstream = await TestUpstream.StartAsync();

        var (result, attempts) = await RespondAsync(upstream);

        AssertResponse(result);
        Assert.StartsWith("resp_", Answer(result).GetProperty("id").GetString());
        Assert.DoesNotContain("chatcmpl", Encoding.UTF8.GetString(result.Body.Span));
        Assert.Equal((1, 1), (attempts, upstream.Stats.Received));
    }

    [Fact]
    public async Task CallAsync_UpstreamWithoutTheRoute_IsFoundOutOnceAndPaidOnce()
    {
        var time = new FakeTimeProvider();
        await using var upstream = await TestUpstream.StartAsync(Without, time: time);
        var spending = new Spending();

        var (first, firstAttempts) = await RespondAsync(upstream, spending: spending);
        var (second, secondAttempts) = await RespondAsync(upstream);
        Assert.Equal((2, 1, 3L, 2L), (firstAttempts, secondAttempts, upstream.Stats.Received, upstream.Stats.Processed));
        time.Advance(TimeSpan.FromMinutes(11));
        await RespondAsync(upstream);

        AssertResponse(first);
        AssertResponse(second);
        Assert.Equal(["reserve", "Rejected 404", "reserve", "Result 200"], spending.Log);
        Assert.Equal((5L, 3L), (upstream.Stats.Received, upstream.Stats.Processed));
    }

    [Theory]
    [InlineData(true, Outcome.Rejected, 404, 0)]
    [InlineData(false, Outcome.Result, 200, 1)]
    public async Task CallAsync_TheSettingSaysIt_NothingIsTriedOut(bool hasResponses, Outcome outcome, int status, int processed)
    {
        await using var upstream = await TestUpstream.StartAsync(Without, o => o.HasResponses = hasResponses);

        var (result, attempts) = await RespondAsync(upstream);

        Assert.Equal((outcome, status, 1), (result.Outcome, result.Status, attempts));
        Assert.Equal((1L, (long)processed), (upstream.Stats.Received, upstream.Stats.Processed));
    }

    [Fact]
    public async Task CallAsync_UnknownModel_IsNoLackOfTheRoute()
    {
        await using var upstream = await TestUpstream.StartAsync();

        var (result, attempts) = await RespondAsync(upstream, """{"model":"none","input":"hi"}""");
        Assert.Equal((Outcome.ModelUnknown, 1), (result.Outcome, attempts));

        AssertResponse((await RespondAsync(upstream)).Result);
        Assert.Equal(2, upstream.Stats.Received);
    }

    [Fact]
    public async Task CallAsync_WhatHasNoCounterpart_IsAnErrorThatNamesIt()
    {
        await using var upstream = await TestUpstream.StartAsync(Without);
        const string Earlier = """{"model":"gpt-4o-mini","input":"hi","previous_response_id":"resp_1"}""";

        var (result, attempts) = await RespondAsync(upstream, Earlier);
        await RespondAsync(upstream);
        var (again, none) = await RespondAsync(upstream, Earlier);

        Assert.Equal((Outcome.Rejected, 400, "unsupported_parameter", 1), (result.Outcome, result.Status, result.ErrorCode, attempts));
        var error = Answer(result).GetProperty("error");
        Assert.Equal("previous_response_id", error.GetProperty("param").GetString());
        Assert.Equal(
            "'previous_response_id' has no counterpart there. (The upstream 'default' answers 404 to /v1/responses, 'Invalid URL (POST /v1/responses)', so that the request is put as one of /v1/chat/completions.)",
            error.GetProperty("message").GetString());
        Assert.EndsWith("has no /v1/responses, so that the request is put as one of /v1/chat/completions.)", again.ErrorMessage);
        Assert.Equal((400, 0), (again.Status, none));
    }

    private static async Task<(CallResult Result, int Attempts)> RespondAsync(
        TestUpstream upstream, string body = Body, ISpending? spending = null)
    {
        using var answer = await upstream.Client.CallAsync(
            new ApiCall("/v1/responses", Encoding.UTF8.GetBytes(body), null, Spending: spending),
            await upstream.Throttle.AcquireAsync(0, default), default).WithinPatience();
        return (answer.Result, answer.Attempts);
    }

    private static void AssertResponse(CallResult result)
    {
        Assert.Equal((Outcome.Result, 200), (result.Outcome, result.Status));
        var response = Answer(result);
        var usage = response.GetProperty("usage");
        Assert.Equal(("response", "completed"), (response.GetProperty("object").GetString(), response.GetProperty("status").GetString()));
        Assert.NotEmpty(response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!);
        Assert.True(result.Usage is { PromptTokens: > 0, CompletionTokens: > 0 });
        Assert.Equal(
            (result.Usage.PromptTokens, result.Usage.CompletionTokens),
            (usage.GetProperty("input_tokens").GetInt64(), usage.GetProperty("output_tokens").GetInt64()));
    }

    private static JsonElement Answer(CallResult result) => JsonDocument.Parse(result.Body).RootElement;

    private sealed class Spending : ISpending
    {
        public List<string> Log { get; } = [];

        public ValueTask<CallResult?> ReserveAsync(CancellationToken cancellationToken)
        {
            Log.Add("reserve");
            return ValueTask.FromResult<CallResult?>(null);
        }

        public void Settle(CallResult result) => Log.Add($"{result.Outcome} {result.Status}");
    }
}
