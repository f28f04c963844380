namespace Drover.Simulator.Tests;

public sealed class LimitTests
{
    private readonly ManualTime _clock = new(DateTimeOffset.UnixEpoch.AddDays(20_000));

    [Fact]
    public async Task Chat_Rpm_LetsOneSecondsWorthThroughThenRefills()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Rpm = 600, TimeProvider = _clock });

        Assert.Equal(10, await AcceptedAsync(upstream, 25));
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(5, await AcceptedAsync(upstream, 20));
        _clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal(0, await AcceptedAsync(upstream, 1));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await AcceptedAsync(upstream, 2));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(10, await AcceptedAsync(upstream, 25));

        var stats = upstream.Stats.Snapshot();
        Assert.Equal((73, 26, 26, 47), (stats.Received, stats.Admitted, stats.Processed, stats.Rejected));
        Assert.Equal(47, stats.RejectedBy["requests"]);
        Assert.Equal(
            [new SecondCount(1_728_000_000, 16, 32), new SecondCount(1_728_000_060, 10, 15)], stats.Seconds);
    }

    [Fact]
    public async Task Chat_PacedAtTheLimit_IsNeverRejected()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Rpm = 6000, TimeProvider = _clock });

        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(1, await AcceptedAsync(upstream, 1));
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }
    }

    [Fact]
    public async Task Chat_OverRpm_SaysSoAsTheApiDoes()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Rpm = 24, TimeProvider = _clock });

        var accepted = await upstream.ChatAsync(Upstream.Body("hi"));
        var rejected = await upstream.ChatAsync(Upstream.Body("hi"));
        var error = await Upstream.ErrorAsync(rejected, 429);

        Assert.Equal("24", Header(accepted, "x-ratelimit-limit-requests"));
        Assert.Equal("0", Header(accepted, "x-ratelimit-remaining-requests"));
        Assert.Equal("2.5s", Header(accepted, "x-ratelimit-reset-requests"));
        Assert.Equal("3", Header(rejected, "Retry-After"));
        Assert.Equal("2500", Header(rejected, "retry-after-ms"));
        Assert.Equal("rate_limit_exceeded", error.GetProperty("code").GetString());
        Assert.Equal("requests", error.GetProperty("type").GetString());
        Assert.Contains(
            "on requests per min (RPM): Limit 24, Used 24, Requested 1. Please try again in 2.5s.",
            error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Chat_OverTpm_IsRejectedUntilTheTokensAreThere()
    {
        var free = await Upstream.StartAsync();
        var tokens = (await free.ChatJsonAsync(Upstream.Body("hi"))).GetProperty("usage").GetProperty("total_tokens").GetInt32();
        await free.DisposeAsync();
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Tpm = tokens * 2 * 60, TimeProvider = _clock });

        Assert.Equal(2, await AcceptedAsync(upstream, 3));
        _clock.Advance(TimeSpan.FromMilliseconds(499));
        var response = await upstream.ChatAsync(Upstream.Body("hi"));
        var error = await Upstream.ErrorAsync(response, 429);
        Assert.Equal("tokens", error.GetProperty("type").GetString());
        Assert.Equal("1", Header(response, "retry-after-ms"));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await AcceptedAsync(upstream, 2));
    }

    [Fact]
    public async Task Chat_LargerThanTheBucket_IsLetThroughWhenFullAndOwed()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Tpm = 60, TimeProvider = _clock });

        Assert.Equal(1, await AcceptedAsync(upstream, 2));
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await AcceptedAsync(upstream, 1));
        _clock.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal(1, await AcceptedAsync(upstream, 2));
    }

    [Fact]
    public async Task Chat_OverConcurrency_IsRejected()
    {
        await using var upstream = await Upstream.StartAsync(
            new SimulatorOptions { MaxConcurrency = 2, Latency = 100, TimeProvider = _clock });
        var first = upstream.ChatAsync(Upstream.Body("hi"));
        var second = upstream.ChatAsync(Upstream.Body("hi"));
        await _clock.TimerSetAsync();
        await _clock.TimerSetAsync();

        await Upstream.ErrorAsync(await upstream.ChatAsync(Upstream.Body("hi")), 429);
        _clock.Advance(TimeSpan.FromMilliseconds(100));

        Assert.All(await Task.WhenAll(first, second), response => Assert.Equal(200, (int)response.StatusCode));
        Assert.Equal((2, 1), (upstream.Stats.Snapshot().MaxConcurrency, upstream.Stats.Snapshot().RejectedBy["concurrency"]));
    }

    [Fact]
    public async Task Chat_RejectedCalls_DoNotChangeWhichFaultsFollow()
    {
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Rpm = 60, TimeProvider = _clock });

        await AcceptedAsync(upstream, 5);

        Assert.Equal(1, Assert.Single(upstream.Stats.Requests()).Seen);
    }

    private static async Task<int> AcceptedAsync(Upstream upstream, int calls)
    {
        var accepted = 0;
        for (var i = 0; i < calls; i++)
        {
            accepted += (await upstream.ChatAsync(Upstream.Body("hi"))).IsSuccessStatusCode ? 1 : 0;
        }

        return accepted;
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();
}
