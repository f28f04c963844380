using System.Diagnostics;
using Drover.Simulator.Limits;
using Drover.Simulator.Timing;

namespace Drover.Simulator.Tests;

public sealed class TimingTests
{
    [Fact]
    public async Task Chat_Latency_AnswersWhenItIsOver()
    {
        var clock = new ManualTime(DateTimeOffset.UnixEpoch.AddDays(20_000));
        await using var upstream = await Upstream.StartAsync(new SimulatorOptions { Latency = 50, TimeProvider = clock });
        var call = upstream.ChatAsync(Upstream.Body("hi"));
        await clock.TimerSetAsync();

        clock.Advance(TimeSpan.FromMilliseconds(49));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal("50", (await call).Headers.GetValues("openai-processing-ms").Single());
    }

    [Fact]
    public async Task PreciseDelay_ThousandWaits_EndNoneEarly()
    {
        using var delay = new PreciseDelay(TimeProvider.System);

        var waits = Enumerable.Range(0, 1000).Select(async i =>
        {
            var wanted = TimeSpan.FromMilliseconds(5 + (i * 7 % 40));
            var started = Stopwatch.GetTimestamp();
            await delay.Wait(wanted);
            return Stopwatch.GetElapsedTime(started) - wanted;
        });

        Assert.All(await Task.WhenAll(waits), late => Assert.True(late >= TimeSpan.Zero, $"{-late.TotalMilliseconds} ms early"));
    }

    [Fact]
    public async Task PreciseDelay_Disposed_EndsAllWaits()
    {
        var delay = new PreciseDelay(TimeProvider.System);
        var wait = delay.Wait(TimeSpan.FromHours(1));

        delay.Dispose();

        await wait;
        Assert.True(delay.Wait(TimeSpan.FromHours(1)).IsCompleted);
    }

    [Theory]
    [InlineData(127, 203)]
    [InlineData(127, 0)]
    [InlineData(0, 203)]
    public void LatencyModel_Lognormal_HasThePercentiles(double p95, double p99)
    {
        var options = new SimulatorOptions { LatencyP50 = 48, LatencyP95 = p95, LatencyP99 = p99 };

        var draws = Enumerable.Range(0, 100_000).Select(i => LatencyModel.Draw(options, StableHash.Mix(1, (ulong)i), 1).TotalMilliseconds)
            .Order().ToArray();

        Assert.InRange(draws[50_000], 47, 49);
        Assert.InRange(draws[95_000], 115, 140);
        Assert.InRange(draws[99_000], 175, 215);
    }

    [Fact]
    public void LatencyModel_SameRequest_SameLatency()
    {
        var options = new SimulatorOptions { LatencyP50 = 48, LatencyP95 = 127 };

        Assert.Equal(LatencyModel.Draw(options, 5, 1), LatencyModel.Draw(options, 5, 1));
        Assert.NotEqual(LatencyModel.Draw(options, 5, 1), LatencyModel.Draw(options, 5, 2));
    }

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(0.0015, "2ms")]
    [InlineData(0.999, "999ms")]
    [InlineData(1, "1s")]
    [InlineData(8.64, "8.64s")]
    [InlineData(360, "6m0s")]
    [InlineData(3_725.5, "1h2m5.5s")]
    public void Durations_Format_IsTheApis(double seconds, string text) => Assert.Equal(text, Durations.Format(seconds));
}
