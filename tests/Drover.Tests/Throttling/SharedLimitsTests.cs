using System.Diagnostics;
using System.Text;
using Drover.Simulator;
using Drover.Storage;
using Drover.Tests.Upstreams;
using Drover.Throttling;

namespace Drover.Tests.Throttling;

/// <summary>Several throttles as if in several processes: their ledgers on one blob in Azurite, their calls to one simulator.</summary>
public sealed class SharedLimitsTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task AcquireAsync_SeveralProcesses_FillTheRateTogetherWithoutA429(int processes)
    {
        const int rpm = 24_000;
        await using var crowd = await Crowd.StartAsync(
            azurite, processes, new ThrottleLimits { Concurrency = 200, RequestsPerMinute = rpm },
            new SimulatorOptions { Rpm = rpm, Latency = 20 });

        await crowd.RunAsync(TimeSpan.FromSeconds(1)); // Compilation.
        var (before, clock) = (crowd.Server.Stats.Snapshot().Admitted, Stopwatch.StartNew());
        await crowd.RunAsync(TimeSpan.FromSeconds(5));

        var stats = crowd.Server.Stats.Snapshot();
        var (admitted, seconds) = (stats.Admitted - before, clock.Elapsed.TotalSeconds);
        var part = admitted / (rpm / 60.0 * seconds);
        output.WriteLine($"{part:0.0%} of the rate, {stats.Rejected} refused; {string.Join(' ', stats.Seconds.Select(s => s.Accepted))}");
        Assert.Equal(0, stats.Rejected);
        Assert.True(part > 0.3); // How full it is depends on what else the machine does: bench/Limits measures it.

        // A call may go so much before its place in the schedule, so what fell behind before the five seconds may show in them.
        Assert.InRange(admitted, 0, rpm / 60.0 * (seconds + Schedule.MostAhead.TotalSeconds) / Schedule.Headroom);
    }

    [Fact]
    public async Task AcquireAsync_SeveralProcesses_NeverPassTheConcurrency()
    {
        await using var crowd = await Crowd.StartAsync(
            azurite, 3, new ThrottleLimits { Concurrency = 12 },
            new SimulatorOptions { MaxConcurrency = 12, LatencyP50 = 30, LatencyP95 = 90 });

        await crowd.RunAsync(TimeSpan.FromSeconds(4));

        var stats = crowd.Server.Stats.Snapshot();
        output.WriteLine($"{stats.Admitted} calls, {stats.Rejected} refused, {stats.MaxConcurrency} at once");
        Assert.Equal(0, stats.Rejected);
        Assert.InRange(stats.MaxConcurrency, 10, 12);
        Assert.All(crowd.Throttles, t => Assert.InRange(t.State.Share, 3, 5));
    }

    [Fact]
    public async Task DisposeAsync_OneProcessLeaves_ItsShareIsFreeAtOnce()
    {
        var blobs = await azurite.CreateContainerAsync();
        var limits = new ThrottleLimits { Concurrency = 10 };
        var first = Crowd.ThrottleOn(blobs, limits);
        (await first.AcquireAsync(0, default)).Dispose();
        await using var second = Crowd.ThrottleOn(blobs, limits);
        var waiting = second.AcquireAsync(0, default).AsTask();

        await first.DisposeAsync();

        (await waiting.WithinPatience()).Dispose();
        await Eventually.TrueAsync(async () =>
        {
            (await second.AcquireAsync(0, default)).Dispose();
            return second.State is { Share: 10, Processes: 1 };
        });
    }

    [Fact]
    public async Task Report_RetryAfter_PausesEveryProcess()
    {
        var blobs = await azurite.CreateContainerAsync();
        var limits = new ThrottleLimits { Concurrency = 10 };
        await using var first = Crowd.ThrottleOn(blobs, limits);
        await using var second = Crowd.ThrottleOn(blobs, limits);
        using (await second.AcquireAsync(0, default).AsTask().WithinPatience())
        using (var permit = await first.AcquireAsync(0, default).AsTask().WithinPatience())
        {
            permit.Report(new CallFeedback(503) { RetryAfter = TimeSpan.FromMinutes(2) });

            await Eventually.TrueAsync(() => second.PausedFor > TimeSpan.FromMinutes(1));
            Assert.NotNull(second.State.PausedUntil);
        }
    }

    [Fact]
    public async Task Report_HeadersStateALowerLimit_AllProcessesKeepToIt()
    {
        const int rpm = 12_000;
        await using var crowd = await Crowd.StartAsync(
            azurite, 2, new ThrottleLimits { Concurrency = 50, RequestsPerMinute = 2 * rpm },
            new SimulatorOptions { Rpm = rpm, Latency = 5 });

        await crowd.RunAsync(TimeSpan.FromSeconds(3));

        output.WriteLine($"{crowd.Server.Stats.Snapshot().Rejected} refused");
        Assert.All(crowd.Throttles, t => Assert.Equal(rpm, t.State.RequestsPerMinute));
        Assert.Equal(0, crowd.Server.Stats.Snapshot().Rejected);
    }

    [Fact]
    public async Task AcquireAsync_LimitIsSecretlyLower_TheRateFalls()
    {
        const int rpm = 6_000;
        await using var crowd = await Crowd.StartAsync(
            azurite, 2, new ThrottleLimits { Concurrency = 50, RequestsPerMinute = rpm },
            new SimulatorOptions { Rpm = rpm / 2, Latency = 5, HideLimits = true });

        await crowd.RunAsync(TimeSpan.FromSeconds(6));

        var stats = crowd.Server.Stats.Snapshot();
        output.WriteLine($"{stats.Admitted} calls, {stats.Rejected} refused, factor {crowd.Throttles[0].State.Factor:0.00}");
        Assert.InRange(crowd.Throttles[0].State.Factor, 0.4, 0.52);
        Assert.InRange(stats.Rejected, 4, 60);
    }

    [Fact]
    public async Task AcquireAsync_NoSuchContainer_GrantsNothingAndSaysWhy()
    {
        var blobs = await azurite.CreateContainerAsync();
        await blobs.Container.DeleteAsync();
        await using var throttle = Crowd.ThrottleOn(blobs, new ThrottleLimits { Concurrency = 1 });

        var waiting = throttle.AcquireAsync(0, default).AsTask();
        await Eventually.TrueAsync(() => throttle.State.Trouble is not null);
        Assert.StartsWith("Storage does not answer", throttle.State.Trouble);
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task AcquireAsync_LedgerIsUnreadable_NamesTheBlobAndGoesOnWhenItIsDeleted()
    {
        var blobs = await azurite.CreateContainerAsync();
        var name = LimitsLedger.NameOf("http://upstream.test/v1");
        await blobs.ByName(name).WriteAsync(Encoding.UTF8.GetBytes("{"));
        await using var throttle = Crowd.ThrottleOn(blobs, new ThrottleLimits { Concurrency = 1 });
        var waiting = throttle.AcquireAsync(0, default).AsTask();
        await Eventually.TrueAsync(() => throttle.State.Trouble is not null);
        Assert.Equal($"The blob {name} with the shared limits cannot be read; delete it.", throttle.State.Trouble);

        await blobs.ByName(name).DeleteAsync();

        (await waiting.WithinPatience()).Dispose();
        Assert.Null(throttle.State.Trouble);
    }

    [Fact]
    public async Task AcquireAsync_LedgerIsLostMeanwhile_GoesOn()
    {
        var blobs = await azurite.CreateContainerAsync();
        await using var throttle = Crowd.ThrottleOn(blobs, new ThrottleLimits { Concurrency = 1, RequestsPerMinute = 60_000 });
        (await throttle.AcquireAsync(0, default)).Dispose();

        await blobs.ByName(LimitsLedger.NameOf("http://upstream.test/v1")).DeleteAsync();

        for (var i = 0; i < 2_000; i++)
        {
            (await throttle.AcquireAsync(0, default).AsTask().WithinPatience()).Dispose();
        }

        Assert.Null(throttle.State.Trouble);
    }

    [Theory]
    [InlineData("https://api.openai.com/v1", "ledgers/limits/api.openai.com-")]
    [InlineData("http://127.0.0.1:8080/v1", "ledgers/limits/127.0.0.1-8080-")]
    public void NameOf_Address_IsReadableAndTheSameHoweverItIsWritten(string url, string start)
    {
        Assert.StartsWith(start, LimitsLedger.NameOf(url));
        Assert.Equal(LimitsLedger.NameOf(url), LimitsLedger.NameOf(url.ToUpperInvariant() + "/"));
        Assert.NotEqual(LimitsLedger.NameOf(url), LimitsLedger.NameOf(url + "2"));
    }

    /// <summary>Throttles on one ledger, and the simulator that they protect.</summary>
    private sealed class Crowd : IAsyncDisposable
    {
        private readonly HttpClient _http = new();

        public required SimulatorServer Server { get; init; }

        public required IReadOnlyList<Throttle> Throttles { get; init; }

        public static async Task<Crowd> StartAsync(AzuriteFixture azurite, int processes, ThrottleLimits limits, SimulatorOptions simulator)
        {
            var blobs = await azurite.CreateContainerAsync();
            return new Crowd
            {
                Server = await SimulatorServer.StartAsync(simulator),
                Throttles = [.. Enumerable.Range(0, processes).Select(_ => ThrottleOn(blobs, limits))],
            };
        }

        public static Throttle ThrottleOn(ContainerLayout blobs, ThrottleLimits limits) =>
            new(limits, TimeProvider.System, new LimitsLedger(blobs.Container, "http://upstream.test/v1", TimeProvider.System));

        /// <summary>Every process calls as fast as it may.</summary>
        public async Task RunAsync(TimeSpan duration)
        {
            using var end = new CancellationTokenSource(duration);
            await Task.WhenAll(
                Throttles.SelectMany(t => Enumerable.Range(0, t.Concurrency).Select(_ => Task.Run(() => CallAsync(t, end.Token)))));
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var throttle in Throttles)
            {
                await throttle.DisposeAsync();
            }

            _http.Dispose();
            await Server.DisposeAsync();
        }

        private async Task CallAsync(Throttle throttle, CancellationToken end)
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    using var permit = await throttle.AcquireAsync(0, end);
                    using var content = new StringContent(TestUpstream.Chat("u"), Encoding.UTF8, "application/json");
                    using var request = new HttpRequestMessage(
                        HttpMethod.Post, $"{Server.BaseAddress}/chat/completions")
                    { Content = content };
                    request.Headers.Authorization = new("Bearer", "sk-test");
                    using var response = await _http.SendAsync(request, CancellationToken.None);
                    permit.Report(new CallFeedback((int)response.StatusCode)
                    {
                        RetryAfter = Drover.Upstreams.RetryAfter.Read(response.Headers, DateTimeOffset.UtcNow),
                        Rates = RateHeaders.Read(response.Headers),
                    });
                }
                catch (OperationCanceledException) when (end.IsCancellationRequested)
                {
                    // The time is over.
                }
            }
        }
    }
}
