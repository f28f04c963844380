using Drover.Simulator;
using Drover.Upstreams;
using Drover.Upstreams.Keys;

namespace Drover.Tests.Upstreams;

public sealed class UpstreamTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task CallAsync_GoodRequest_IsAResultWithModelAndUsage()
    {
        await using var upstream = await TestUpstream.StartAsync(configure: o => o.BaseUrl += "/");

        var (call, attempts) = await upstream.CallAsync(TestUpstream.Chat("1")).WithinPatience();

        Assert.Equal((Outcome.Result, 200, true, 1), (call.Outcome, call.Status, call.IsJson, attempts));
        Assert.StartsWith("gpt-4o-mini", call.Model);
        Assert.Equal(
            (upstream.Stats.PromptTokens, upstream.Stats.CompletionTokens), (call.Usage.PromptTokens, call.Usage.CompletionTokens));
        Assert.True(call.Latency > TimeSpan.Zero);
        Assert.Equal(0, upstream.Throttle.InFlight);
    }

    [Fact]
    public async Task CallAsync_BadRequest_IsRejectedAtOnce()
    {
        await using var upstream = await TestUpstream.StartAsync();

        var (call, attempts) = await upstream.CallAsync("""{"model":"gpt-4o-mini"}""").WithinPatience();

        Assert.Equal((Outcome.Rejected, 400, 1), (call.Outcome, call.Status, attempts));
        Assert.Equal(1, upstream.Stats.Received);
    }

    [Fact]
    public async Task CallAsync_UnknownModel_IsSaidToBe()
    {
        await using var upstream = await TestUpstream.StartAsync();

        var (call, _) = await upstream.CallAsync("""{"model":"nobody","messages":[{"role":"user","content":"hi"}]}""").WithinPatience();

        Assert.Equal((Outcome.ModelUnknown, 404, "model_not_found"), (call.Outcome, call.Status, call.ErrorCode));
    }

    [Fact]
    public async Task CallAsync_WrongKeyAndFiftyCallersAtOnce_CostsAFewRequests()
    {
        await using var upstream = await TestUpstream.StartAsync(
            new SimulatorOptions { Keys = ["sk-good"] }, o => o.ApiKey = "sk-wrong-secret");

        var began = DateTimeOffset.UtcNow;
        var calls = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => upstream.CallAsync(TestUpstream.Chat($"{i}"), since: began)))
            .WithinPatience();

        Assert.Contains(calls, c => (c.Result.Outcome, c.Result.Status) == (Outcome.KeyRefused, 401));
        // Whoever came when the key was out sent nothing.
        Assert.All(calls, c => Assert.True(c.Result.Outcome is Outcome.KeyRefused or Outcome.NotSent));
        Assert.Equal(KeyRing.ErrorBudget, upstream.Stats.Received);
        Assert.All(calls, c => Assert.DoesNotContain("sk-wrong-secret", c.Result.ToString()));
    }

    [Fact]
    public async Task CallAsync_OneOfTwoKeysRevokedUnderLoad_CostsItsErrorBudgetAndWhatIsUnderWay()
    {
        await using var upstream = await TestUpstream.StartAsync(
            new SimulatorOptions { Keys = ["sk-one", "sk-two"], Latency = 50 }, o => (o.ApiKey, o.Concurrency) = ("sk-one,sk-two", 10));
        var calls = Enumerable.Range(0, 300).Select(i => upstream.CallAsync(TestUpstream.Chat($"{i}"))).ToList();
        await Eventually.TrueAsync(() => upstream.Stats.Processed > 50);

        upstream.Server.Options = upstream.Server.Options with { Keys = ["sk-two"] };

        Assert.All(await Task.WhenAll(calls).WithinPatience(), c => Assert.Equal(Outcome.Result, c.Result.Outcome));
        Assert.InRange(upstream.Stats.ByStatus[401], KeyRing.ErrorBudget, KeyRing.ErrorBudget + 10);
        Assert.Equal([true, false], upstream.Client.State.Keys.Select(k => k.IsUnavailable));
    }

    [Fact]
    public async Task CallAsync_KeyRefusedBefore_AsksAgainWhenCalledAgain()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { Keys = ["sk-good"] });
        await upstream.CallAsync(TestUpstream.Chat("1")).WithinPatience();
        upstream.Server.Options = upstream.Server.Options with { Keys = [] };

        var (call, _) = await upstream.CallAsync(TestUpstream.Chat("2")).WithinPatience();

        Assert.Equal(Outcome.Result, call.Outcome);
    }

    [Fact]
    public async Task CallAsync_KeyProven_CallsGoSideBySide()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { FailTimeout = 1 });
        upstream.Server.Options = new SimulatorOptions();
        await upstream.CallAsync(TestUpstream.Chat("first")).WithinPatience();
        upstream.Server.Options = new SimulatorOptions { FailTimeout = 1, TimeoutSeconds = 0 };

        var calls = Enumerable.Range(0, 10).Select(i => upstream.CallAsync(TestUpstream.Chat($"{i}"))).ToList();

        await Eventually.TrueAsync(() => upstream.Stats.Faults.GetValueOrDefault("Timeout") == 10);
        Assert.All(calls, c => Assert.False(c.IsCompleted));
        await upstream.Server.DisposeAsync();
        await Task.WhenAll(calls).WithinPatience();
    }

    [Fact]
    public async Task CallAsync_TooManyRequests_PausesTheThrottleForAsLongAsAsked()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { Fail429 = 1, RetryAfter = 7 }, time: _time);

        var (call, attempts) = await upstream.CallAsync(TestUpstream.Chat("1")).WithinPatience();

        Assert.Equal((Outcome.Later, 429, 1), (call.Outcome, call.Status, attempts));
        Assert.Equal(TimeSpan.FromSeconds(7), call.RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(7), upstream.Throttle.PausedFor);
        var next = upstream.CallAsync(TestUpstream.Chat("2"));
        _time.Advance(TimeSpan.FromSeconds(7) - TimeSpan.FromTicks(1));
        Assert.Equal(0, upstream.Throttle.InFlight);
        _time.Advance(TimeSpan.FromTicks(1));
        await next.WithinPatience();
        Assert.Equal(2, upstream.Stats.Received);
    }

    [Fact]
    public async Task CallAsync_ServerError_IsForLaterAndPausesNobody()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { Fail500 = 1 });

        var (call, attempts) = await upstream.CallAsync(TestUpstream.Chat("1")).WithinPatience();

        Assert.Equal((Outcome.Later, 500, 1), (call.Outcome, call.Status, attempts));
        Assert.Equal(TimeSpan.Zero, upstream.Throttle.PausedFor);
    }

    [Fact]
    public async Task CallAsync_ConnectionLost_IsTriedAgainAndHoldsNoPermitMeanwhile()
    {
        await using var upstream = await TestUpstream.StartAsync(
            new SimulatorOptions { FailResetBefore = 1 }, o => o.Concurrency = 1, _time);
        var call = upstream.CallAsync(TestUpstream.Chat("1"));
        await Eventually.TrueAsync(() => upstream.Stats.ResetsBefore == 1 && upstream.Throttle.InFlight == 0);

        using (await upstream.Throttle.AcquireAsync(0, default).AsTask().WithinPatience())
        {
            _time.Advance(TimeSpan.FromSeconds(30)); // The delay is over, but the only permit is out.
            Assert.Equal(1, upstream.Stats.ResetsBefore);
        }

        upstream.Server.Options = new SimulatorOptions();
        var (result, attempts) = await FinishAsync(upstream, call);

        Assert.Equal((Outcome.Result, 2), (result.Outcome, attempts));
        Assert.Equal(0, upstream.Throttle.InFlight);
    }

    [Fact]
    public async Task CallAsync_ConnectionLostEveryTime_IsLostAfterTheRetries()
    {
        await using var upstream = await TestUpstream.StartAsync(
            new SimulatorOptions { FailResetBefore = 1 }, o => o.ConnectionRetries = 3, _time);

        var (result, attempts) = await FinishAsync(upstream, upstream.CallAsync(TestUpstream.Chat("1")));

        Assert.Equal((Outcome.ConnectionLost, 0, "connection_lost", 4), (result.Outcome, result.Status, result.ErrorCode, attempts));
        Assert.Equal(4, upstream.Stats.ResetsBefore);
        Assert.Equal(0, upstream.Throttle.InFlight);
    }

    [Fact]
    public async Task CallAsync_ToldToStopBetweenTwoTries_EndsWithWhatItHas()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { FailResetBefore = 1 }, time: _time);
        using var stop = new CancellationTokenSource();
        var call = upstream.CallAsync(TestUpstream.Chat("1"), stop.Token);
        await Eventually.TrueAsync(() => upstream.Stats.ResetsBefore == 1 && upstream.Throttle.InFlight == 0);

        await stop.CancelAsync();

        var (result, attempts) = await call.WithinPatience();
        Assert.Equal((Outcome.ConnectionLost, 1, 0), (result.Outcome, attempts, upstream.Throttle.InFlight));
    }

    [Fact]
    public async Task CallAsync_ToldToStopBeforeItIsSent_SendsNothingAndGivesThePermitBack()
    {
        await using var upstream = await TestUpstream.StartAsync();

        var (result, attempts) = await upstream.CallAsync(TestUpstream.Chat("1"), new CancellationToken(true)).WithinPatience();

        Assert.Equal((Outcome.NotSent, "stopped", 0, 0), (result.Outcome, result.ErrorCode, attempts, upstream.Throttle.InFlight));
        Assert.Equal(0, upstream.Stats.Received);
    }

    [Fact]
    public async Task CallAsync_NoAnswerInTime_IsATimeOutForLater()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { FailTimeout = 1 }, time: _time);
        var call = upstream.CallAsync(TestUpstream.Chat("1"));
        await Eventually.TrueAsync(() => upstream.Stats.Faults.GetValueOrDefault("Timeout") == 1);

        _time.Advance(TimeSpan.FromMinutes(10));

        var (result, attempts) = await call.WithinPatience();
        Assert.Equal((Outcome.Later, "timeout", 1), (result.Outcome, result.ErrorCode, attempts));
        Assert.Equal("No complete answer within 600 s (Drover:Upstream:CallTimeout).", result.ErrorMessage);
        Assert.Equal(0, upstream.Throttle.InFlight);
    }

    [Fact]
    public async Task CallAsync_AnswerFallsSilent_IsATimeOutForLater()
    {
        await using var upstream = await TestUpstream.StartAsync(
            new SimulatorOptions { FailStreamStall = 1 }, o => o.SilenceTimeout = TimeSpan.FromMilliseconds(50));

        var (result, _) = await upstream.CallAsync(TestUpstream.Chat("1", ",\"stream\":true")).WithinPatience();

        Assert.Equal((Outcome.Later, "timeout"), (result.Outcome, result.ErrorCode));
        Assert.StartsWith("The answer fell silent for", result.ErrorMessage);
    }

    [Fact]
    public async Task CallAsync_200ThatIsNotJson_IsForLater()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { FailMalformed = 1 });

        var (result, _) = await upstream.CallAsync(TestUpstream.Chat("1")).WithinPatience();

        Assert.Equal((Outcome.Later, 200, "unreadable_answer"), (result.Outcome, result.Status, result.ErrorCode));
    }

    [Theory]
    [InlineData(50, Outcome.Result)]
    [InlineData(4000, Outcome.Rejected)]
    public async Task CallAsync_AnswerLargerThanAllowed_IsRejected(int words, Outcome outcome)
    {
        await using var upstream = await TestUpstream.StartAsync(
            new SimulatorOptions { AnswerWords = words }, o => o.MaxResponseBytes = 8192);

        var (result, _) = await upstream.CallAsync(TestUpstream.Chat("1")).WithinPatience();

        Assert.Equal((outcome, outcome == Outcome.Rejected ? "response_too_large" : null), (result.Outcome, result.ErrorCode));
    }

    [Fact]
    public async Task CallAsync_LargeAnswer_IsReadWhole()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { AnswerWords = 100_000 });

        var (result, _) = await upstream.CallAsync(TestUpstream.Chat("1")).WithinPatience();

        Assert.Equal(Outcome.Result, result.Outcome);
        Assert.InRange(result.Body.Length, 400_000, 3 * 1024 * 1024);
    }

    [Fact]
    public async Task CallAsync_OneModelDown_LeavesTheOthersOfTheAddressAlone()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { Fail500 = 1 });
        for (var i = 0; i < 10; i++)
        {
            await upstream.CallAsync(TestUpstream.Chat($"{i}"), model: "gpt-4o-mini").WithinPatience();
        }

        upstream.Server.Options = new SimulatorOptions();

        var (down, _) = await upstream.CallAsync(TestUpstream.Chat("a"), model: "gpt-4o-mini").WithinPatience();
        var (up, _) = await upstream.CallAsync(TestUpstream.Chat("b"), model: "gpt-4o").WithinPatience();

        Assert.Equal(("circuit_open", Outcome.Result), (down.ErrorCode, up.Outcome));
        Assert.True(upstream.Client.IsUnavailable("gpt-4o-mini"));
        Assert.False(upstream.Client.IsUnavailable("gpt-4o"));
    }

    [Fact]
    public async Task CallAsync_UpstreamDown_OpensTheCircuitCoolsDownAndTriesItWithOneCall()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { Down = true }, o => o.ConnectionRetries = 0, _time);
        for (var i = 0; i < 10; i++)
        {
            Assert.False(upstream.Client.IsUnavailable(null));
            Assert.Equal(Outcome.ConnectionLost, (await upstream.CallAsync(TestUpstream.Chat($"{i}")).WithinPatience()).Result.Outcome);
        }

        for (var round = 0; round < 3; round++)
        {
            var sent = upstream.Stats.Down;
            var (result, attempts) = await upstream.CallAsync(TestUpstream.Chat("open")).WithinPatience();
            Assert.Equal((Outcome.NotSent, "circuit_open", 0), (result.Outcome, result.ErrorCode, attempts));
            Assert.Equal(TimeSpan.FromSeconds(60), result.RetryAfter);
            Assert.Equal(sent, upstream.Stats.Down);
            Assert.Equal(("open", true), (upstream.Client.State.Circuit, upstream.Client.IsUnavailable(null)));

            _time.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal(("half_open", false), (upstream.Client.State.Circuit, upstream.Client.IsUnavailable(null)));
            Assert.Equal(Outcome.ConnectionLost, (await upstream.CallAsync(TestUpstream.Chat("probe")).WithinPatience()).Result.Outcome);
        }

        upstream.Server.Options = new SimulatorOptions();
        _time.Advance(TimeSpan.FromSeconds(60));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Outcome.Result, (await upstream.CallAsync(TestUpstream.Chat($"up-{i}")).WithinPatience()).Result.Outcome);
        }

        Assert.Equal("closed", upstream.Client.State.Circuit);
    }

    [Fact]
    public async Task CallAsync_TooManyRequests_NeverOpensTheCircuit()
    {
        await using var upstream = await TestUpstream.StartAsync(new SimulatorOptions { Fail429 = 1, RetryAfter = 0 });

        for (var i = 0; i < 40; i++)
        {
            var (result, _) = await upstream.CallAsync(TestUpstream.Chat($"{i}")).WithinPatience();
            Assert.Equal(429, result.Status);
        }
    }

    // Moves the clock as long as the call waits for it, and not while the upstream has it.
    private async Task<T> FinishAsync<T>(TestUpstream upstream, Task<T> task)
    {
        await Eventually.TrueAsync(() =>
        {
            if (upstream.Throttle.InFlight == 0)
            {
                _time.Advance(TimeSpan.FromMilliseconds(10));
            }

            return task.IsCompleted;
        });
        return await task;
    }
}
