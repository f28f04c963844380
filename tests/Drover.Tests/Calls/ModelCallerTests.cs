using System.Text;
using Drover.Calls;
using Drover.Simulator;
using Drover.Tests.Upstreams;
using Drover.Upstreams;

namespace Drover.Tests.Calls;

public sealed class ModelCallerTests
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes(TestUpstream.Chat("1"));

    [Fact]
    public async Task CallAsync_KeysOut_GoesToTheFallbackAndSaysSo()
    {
        await using var chain = await Chain.StartAsync(new SimulatorOptions { Keys = ["sk-other"] });

        var (result, attempts) = await chain.CallAsync();

        Assert.Equal((Outcome.Result, "backup", 6), (result.Outcome, result.Upstream, attempts));
        Assert.Equal((5, 1), (chain.First.Stats.Received, chain.Second.Stats.Received));
        Assert.StartsWith("gpt-4o-mini", result.Model);
    }

    [Fact]
    public async Task CallAsync_KeysKnownToBeOut_GoesToTheFallbackAtOnce()
    {
        await using var chain = await Chain.StartAsync(new SimulatorOptions { Keys = ["sk-other"] });
        await chain.CallAsync();

        var (result, attempts) = await chain.CallAsync();

        Assert.Equal((Outcome.Result, "backup", 1), (result.Outcome, result.Upstream, attempts));
        Assert.Equal(5, chain.First.Stats.Received);
    }

    [Fact]
    public async Task CallAsync_CircuitOpen_GoesToTheFallbackUntilItHasCooledDown()
    {
        var time = new FakeTimeProvider();
        await using var chain = await Chain.StartAsync(new SimulatorOptions { Fail500 = 1 }, time: time);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal((Outcome.Later, 500), (await chain.CallAsync()) is var (failed, _) ? (failed.Outcome, failed.Status) : default);
        }

        Assert.Equal("backup", (await chain.CallAsync()).Result.Upstream);
        chain.First.Server.Options = new SimulatorOptions();
        Assert.Equal("backup", (await chain.CallAsync()).Result.Upstream);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("default", (await chain.CallAsync()).Result.Upstream);
    }

    [Fact]
    public async Task CallAsync_ModelGone_AsksTheFallbacksModel()
    {
        await using var chain = await Chain.StartAsync(
            new SimulatorOptions { Models = [SimulatedModel.BuiltIn[0] with { Name = "another" }] },
            new FallbackOptions { Upstream = "backup", Model = "gpt-4o" });

        var (result, _) = await chain.CallAsync();

        Assert.Equal((Outcome.Result, "backup"), (result.Outcome, result.Upstream));
        Assert.StartsWith("gpt-4o", result.Model);
        Assert.DoesNotContain("mini", result.Model);
        Assert.True(chain.First.Client.Lacks("gpt-4o-mini"));
    }

    [Fact]
    public async Task CallAsync_AllOut_AnswersWithWhatMayPass()
    {
        var time = new FakeTimeProvider();
        await using var chain = await Chain.StartAsync(new SimulatorOptions { Fail500 = 1 }, time: time);
        chain.Second.Server.Options = new SimulatorOptions { Keys = ["sk-other"] };
        for (var i = 0; i < 10; i++)
        {
            await chain.CallAsync();
        }

        var (result, _) = await chain.CallAsync();

        Assert.Equal((Outcome.NotSent, "circuit_open"), (result.Outcome, result.ErrorCode));
    }

    [Fact]
    public async Task CallAsync_RequestRejected_IsNoReasonToAskElsewhere()
    {
        await using var chain = await Chain.StartAsync(new SimulatorOptions());

        var (result, _) = await chain.CallAsync("""{"model":"gpt-4o-mini"}"""u8.ToArray());

        Assert.Equal((Outcome.Rejected, "default", 0), (result.Outcome, result.Upstream, chain.Second.Stats.Received));
    }

    private sealed class Chain : IAsyncDisposable
    {
        private readonly ModelCaller _caller;

        private Chain(TestUpstream first, TestUpstream second, FallbackOptions fallback, TimeProvider time)
        {
            (First, Second) = (first, second);
            _caller = TestCaller.Unlimited(new UpstreamPool([first.Client, second.Client], [fallback]), time);
        }

        public TestUpstream First { get; }

        public TestUpstream Second { get; }

        public static async Task<Chain> StartAsync(
            SimulatorOptions first, FallbackOptions? fallback = null, TimeProvider? time = null) => new(
            await TestUpstream.StartAsync(first, o => o.ConnectionRetries = 0, time),
            await TestUpstream.StartAsync(configure: o => o.Name = "backup", time: time),
            fallback ?? new FallbackOptions { Upstream = "backup" },
            time ?? TimeProvider.System);

        public async Task<(CallResult Result, int Attempts)> CallAsync(byte[]? body = null)
        {
            var call = _caller.Prepare(_caller.TermsFor(null), "1", "/v1/chat/completions", body ?? Body);
            using var answer = await _caller.CallAsync(call, null, default).WithinPatience();
            return (answer.Result, answer.Attempts);
        }

        public async ValueTask DisposeAsync()
        {
            await First.DisposeAsync();
            await Second.DisposeAsync();
        }
    }
}
