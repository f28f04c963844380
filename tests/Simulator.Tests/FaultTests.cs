using System.Text.Json;

namespace Drover.Simulator.Tests;

public sealed class FaultTests
{
    private const string Json = "Answer as JSON. Drovers walked cattle over the hills.";

    [Theory]
    [InlineData(500, "server_error", null)]
    [InlineData(503, "service_unavailable_error", null)]
    [InlineData(429, "requests", "rate_limit_exceeded")]
    public async Task Chat_FaultyStatus_IsAnsweredAndNotBilled(int status, string type, string? code)
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions
        {
            Fail500 = status == 500 ? 1 : 0,
            Fail503 = status == 503 ? 1 : 0,
            Fail429 = status == 429 ? 1 : 0,
            RetryAfter = 2.5,
        });

        var response = await upstream.ChatAsync(Upstream.Body("hi"));
        var error = await Upstream.ErrorAsync(response, status);

        Assert.Equal(type, error.GetProperty("type").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(status == 429 ? 3 : null, response.Headers.RetryAfter?.Delta?.TotalSeconds);
        Assert.Equal(
            status == 429, response.Headers.TryGetValues("retry-after-ms", out var milliseconds) && milliseconds.Single() == "2500");
        var stats = upstream.Stats.Snapshot();
        Assert.Equal((0, 0, 1), (stats.Processed, stats.Rejected, stats.Faults[status.ToString()]));
        Assert.Equal(1, stats.ByStatus[status]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chat_Reset_BreaksTheConnectionAndIsBilledOnlyAfterProcessing(bool after)
    {
        await using var upstream = await Upstream.StartAsync(
            new SimulatorOptions { FailResetBefore = after ? 0 : 1, FailResetAfter = after ? 1 : 0 });

        await Assert.ThrowsAsync<HttpRequestException>(() => upstream.ChatAsync(Upstream.Body("hi"), "x"));

        var stats = upstream.Stats.Snapshot();
        var billed = after ? 1 : 0;
        Assert.Equal((billed, 1 - billed, billed), (stats.Processed, stats.ResetsBefore, stats.ResetsAfter));
        Assert.Equal(after, stats.CostUsd > 0);
        Assert.Empty(stats.ByStatus);
        Assert.Equal(billed, upstream.Stats.Requests().Count);
    }

    [Fact]
    public async Task Chat_Timeout_NeverAnswersAndIsNotBilled()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { FailTimeout = 1 });
        using var patience = new CancellationTokenSource();
        var call = upstream.PostUntilAsync("v1/chat/completions", Upstream.Body("hi"), null, patience.Token);
        while (upstream.Stats.Snapshot().Faults.GetValueOrDefault("Timeout") == 0)
        {
            await Task.Yield();
        }

        Assert.False(call.IsCompleted);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(0, upstream.Stats.Snapshot().Processed);
    }

    [Fact]
    public async Task Chat_TimeoutOfGivenLength_EndsWith504()
    {
        var clock = new ManualTime(DateTimeOffset.UnixEpoch.AddDays(20_000));
        await using var upstream = await Upstream.StartAsync(
            new SimulatorOptions { FailTimeout = 1, TimeoutSeconds = 600, TimeProvider = clock });
        var call = upstream.ChatAsync(Upstream.Body("hi"));
        await clock.TimerSetAsync();

        clock.Advance(TimeSpan.FromSeconds(600));

        await Upstream.ErrorAsync(await call, 504);
    }

    [Fact]
    public async Task Chat_StreamCut_BreaksAfterSomeText()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { FailStreamCut = 1 });
        var whole = await upstream.ChatTextAsync(Upstream.Body("hi"));

        var lengths = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            var part = string.Concat(
                StreamTests.Deltas(
                    await ReadUntilBrokenAsync(await upstream.ChatAsync(Upstream.Body("hi", "\"stream\":true"), $"item-{i}"))));
            Assert.StartsWith(part, whole);
            lengths.Add(part.Length);
        }

        Assert.All(lengths, length => Assert.InRange(length, 1, whole.Length - 1));
        Assert.True(lengths.Distinct().Count() > 2);
        Assert.Equal((11, 10), (upstream.Stats.Snapshot().Processed, upstream.Stats.Snapshot().Faults["StreamCut"]));
    }

    [Fact]
    public async Task Chat_StreamStall_FallsSilentAfterSomeText()
    {
        var clock = new ManualTime(DateTimeOffset.UnixEpoch.AddDays(20_000));
        await using var upstream = await Upstream.StartAsync(
            new SimulatorOptions { FailStreamStall = 1, TimeoutSeconds = 30, TimeProvider = clock });
        var response = await upstream.ChatAsync(Upstream.Body("hi", "\"stream\":true"));
        var body = ReadUntilBrokenAsync(response);
        await clock.TimerSetAsync();

        Assert.False(body.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.NotEmpty(StreamTests.Deltas(await body));
    }

    [Fact]
    public async Task Chat_StreamSlow_PausesBetweenEventsAndIsWhole()
    {
        var clock = new ManualTime(DateTimeOffset.UnixEpoch.AddDays(20_000));
        await using var upstream = await Upstream.StartAsync(
            new SimulatorOptions { FailStreamSlow = 1, SlowTokenDelay = 500, TimeProvider = clock });
        var body = Upstream.ReadAsync(await upstream.ChatAsync(Upstream.Body("hi", "\"stream\":true,\"max_tokens\":4")));
        for (; !body.IsCompleted; clock.Advance(TimeSpan.FromMilliseconds(500)))
        {
            await Task.WhenAny(body, clock.TimerSetAsync());
        }

        Assert.EndsWith("data: [DONE]\n\n", await body);
    }

    [Fact]
    public async Task Chat_Malformed_Is200WithHalfABody()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { FailMalformed = 1 });

        var response = await upstream.ChatAsync(Upstream.Body("hi"));
        var body = await Upstream.ReadAsync(response);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.ThrowsAny<JsonException>(() => JsonElement.Parse(body));
        Assert.Equal(1, upstream.Stats.Snapshot().Processed);
    }

    [Fact]
    public async Task Chat_TruncatedFencedWrapped_SpoilTheJsonInTheMessage()
    {
        await using var upstream = await Upstream.StartAsync();
        var whole = await upstream.ChatTextAsync(Upstream.Body(Json));

        async Task<string> Spoilt(SimulatorOptions options)
        {
            upstream.Server.Options = options;
            return await upstream.ChatTextAsync(Upstream.Body(Json));
        }

        var truncated = await Spoilt(new SimulatorOptions { FailTruncated = 1 });
        Assert.StartsWith(truncated, whole);
        Assert.ThrowsAny<JsonException>(() => JsonElement.Parse(truncated));
        Assert.Equal($"```json\n{whole}\n```", await Spoilt(new SimulatorOptions { FailFenced = 1 }));
        Assert.Contains($"\n\n{whole}\n\n", await Spoilt(new SimulatorOptions { FailWrapped = 1 }));
    }

    [Fact]
    public async Task Chat_TruncatedFencedWrapped_LeavePlainTextAlone()
    {
        await using var upstream = await Upstream.StartAsync();
        var whole = await upstream.ChatTextAsync(Upstream.Body("hi"));

        upstream.Server.Options = new SimulatorOptions { FailFenced = 1 };

        Assert.Equal(whole, await upstream.ChatTextAsync(Upstream.Body("hi")));
    }

    [Fact]
    public async Task Chat_FaultsByRate_AreTheSameForTheSameSeed()
    {
        async Task<List<int>> Run(int seed)
        {
            await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Seed = seed, Fail500 = 0.2, Fail503 = 0.1 });
            var statuses = new List<int>();
            for (var i = 0; i < 300; i++)
            {
                statuses.Add((int)(await upstream.ChatAsync(Upstream.Body("hi"), $"item-{i}")).StatusCode);
            }

            return statuses;
        }

        var first = await Run(1);

        Assert.Equal(first, await Run(1));
        Assert.NotEqual(first, await Run(2));
        Assert.InRange(first.Count(status => status == 500), 40, 80);
        Assert.InRange(first.Count(status => status == 503), 15, 45);
    }

    [Fact]
    public async Task Chat_SameRequestAgain_DrawsAnew()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Fail500 = 0.5 });

        var statuses = new List<int>();
        for (var i = 0; i < 30; i++)
        {
            statuses.Add((int)(await upstream.ChatAsync(Upstream.Body("hi"), "one")).StatusCode);
        }

        Assert.Contains(200, statuses);
        Assert.Contains(500, statuses);
        Assert.Equal(new RequestCount("one", statuses.Count(status => status == 200), 30), Assert.Single(upstream.Stats.Requests()));
    }

    [Fact]
    public async Task Chat_Poison_AlwaysFails()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Poison = "arsenic" });

        await Upstream.ErrorAsync(await upstream.ChatAsync(Upstream.Body("some arsenic")), 500);
        await Upstream.ErrorAsync(await upstream.ChatAsync(Upstream.Body("some arsenic")), 500);

        Assert.NotEmpty(await upstream.ChatTextAsync(Upstream.Body("some sugar")));
    }

    [Fact]
    public async Task Chat_Down_DropsConnectionsUntilItIsUpAgain()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Down = true });

        await Assert.ThrowsAsync<HttpRequestException>(() => upstream.ChatAsync(Upstream.Body("hi")));
        Assert.Equal(1, (await Upstream.JsonAsync(await upstream.GetAsync("stats"))).GetProperty("down").GetInt32());
        (await upstream.PostAsync("control", """{"down":false}""")).EnsureSuccessStatusCode();

        Assert.NotEmpty(await upstream.ChatTextAsync(Upstream.Body("hi")));
    }

    private static async Task<string> ReadUntilBrokenAsync(HttpResponseMessage response)
    {
        var text = new MemoryStream();
        var error = await Record.ExceptionAsync(
            async () => await response.Content.CopyToAsync(text, TestContext.Current.CancellationToken));
        Assert.True(error is HttpRequestException or IOException, $"The stream was not broken: {error}");
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }
}
