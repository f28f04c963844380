using Drover.Batches;
using Drover.Functions.Orchestration;
using Drover.Functions.Tests.Hosting;
using Drover.Shards;

namespace Drover.Functions.Tests.Orchestration;

/// <summary>A shard by itself: its passes, its sleep, and the events that end it.</summary>
public sealed class ShardOrchestratorTests
{
    private const string Id = "b1:7";

    private static readonly ShardRun Begin = new("b1", 7, 1);

    [Fact]
    public async Task Run_EverythingSettles_EndsAfterOnePass()
    {
        await using var host = Host(_ => PassResult.Settled(FakeBatch.Ten));

        Assert.Equal(new ShardOutcome(true, FakeBatch.Ten, null), await RunAsync(host));
        Assert.Equal([Begin], Runs(host));
    }

    [Fact]
    public async Task Run_PassSaysStop_EndsWithItsReason()
    {
        await using var host = Host(_ => FakeBatch.StopsWith("the key was refused"));

        Assert.Equal(new ShardOutcome(false, Tally.Zero, "the key was refused"), await RunAsync(host));
    }

    [Fact]
    public async Task Run_ItemsWaitInTheQueue_EndsWithTheirNumber()
    {
        await using var host = Host(run => FakeBatch.ComeBack(default) with { IsInRetry = true });

        Assert.Equal(new ShardOutcome(false, FakeBatch.Ten with { Completed = 4 }, null) { InRetry = 6 }, await RunAsync(host));
    }

    [Fact]
    public async Task Run_PassesAreCutShort_GoesOnWhereTheyLeftOff()
    {
        await using var host = Host(run => (run.Pass, run.From) switch
        {
            (1, 0) => FakeBatch.ComeBack(default) with { IsWholePass = false, Next = 4 },
            (1, 4) => FakeBatch.ComeBack(default) with { IsWholePass = false, Next = 8 },
            (1, 8) => FakeBatch.ComeBack(default),
            _ => PassResult.Settled(FakeBatch.Ten),
        });

        await RunAsync(host);

        Assert.Equal([Begin, Begin with { From = 4 }, Begin with { From = 8 }, Begin with { Pass = 2 }], Runs(host));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    public async Task Run_TimeToComeBackIsNow_DoesNotSleep(int seconds)
    {
        await using var host = new OrchestratorHost();
        host.Answer<ShardRun>(
            nameof(RunShard), run => run.Pass == 1 ? FakeBatch.ComeBack(host.Now.AddSeconds(seconds)) : PassResult.Settled(FakeBatch.Ten));

        await RunAsync(host); // The clock stands still.

        Assert.Equal(2, Runs(host).Count);
    }

    [Theory]
    [InlineData("00:00:05.1234567")]
    [InlineData("2.00:00:00")]
    public async Task Run_ItemsAreLeft_SleepsUntilTheTimeThatThePassNames(string wait)
    {
        await using var host = new OrchestratorHost();
        var at = host.Now + TimeSpan.Parse(wait, System.Globalization.CultureInfo.InvariantCulture);
        host.Answer<ShardRun>(nameof(RunShard), run => run.Pass == 1 ? FakeBatch.ComeBack(at) : PassResult.Settled(FakeBatch.Ten));

        await StartAsync(host);
        await host.SleepsAsync(Id, at);
        host.Time.Advance(at - host.Now - TimeSpan.FromMilliseconds(1));
        await host.IdleAsync(Id);
        Assert.Single(Runs(host));
        host.Time.Advance(TimeSpan.FromMilliseconds(2));
        await host.EndAsync(Id);

        Assert.Equal(2, Runs(host).Count);
    }

    [Fact]
    public async Task Run_SleepsForAWeek_WakesOnItsDay()
    {
        await using var host = new OrchestratorHost();
        var at = host.Now.AddDays(7);
        host.Answer<ShardRun>(nameof(RunShard), run => run.Pass == 1 ? FakeBatch.ComeBack(at) : PassResult.Settled(FakeBatch.Ten));

        await StartAsync(host);
        var steps = 0;
        for (; host.Now < at; steps++)
        {
            await host.NextTimerAsync(); // The SDK cuts timers of more than three days.
            Assert.Single(Runs(host), r => r.Pass == 1);
        }

        await host.EndAsync(Id);
        Assert.Equal(3, steps);
        Assert.Equal(at, host.Now);
        Assert.Equal(2, Runs(host).Count);
    }

    [Fact]
    public async Task Wake_WhileItSleepsForAWeek_RunsAtOnce()
    {
        await using var host = new OrchestratorHost();
        var at = host.Now.AddDays(7);
        host.Answer<ShardRun>(nameof(RunShard), run => run.Pass == 1 ? FakeBatch.ComeBack(at) : PassResult.Settled(FakeBatch.Ten));

        await StartAsync(host);
        await host.SleepsAsync(Id, host.Now.AddDays(3));
        await host.RaiseAsync(Id, ShardOrchestrator.WakeEvent, ShardOrchestrator.RunNow);
        var outcome = await host.ResultAsync<ShardOutcome>(Id);

        Assert.True(outcome.IsSettled);
    }

    [Fact]
    public async Task Wake_WhileItSleeps_RunsTheNextPassAtOnceAndMaySleepAgain()
    {
        await using var host = new OrchestratorHost();
        host.Answer<ShardRun>(
            nameof(RunShard), run => run.Pass < 3 ? FakeBatch.ComeBack(host.Now.AddHours(run.Pass)) : PassResult.Settled(FakeBatch.Ten));
        var start = host.Now;

        await StartAsync(host);
        await host.SleepsAsync(Id, start.AddHours(1));
        await host.RaiseAsync(Id, ShardOrchestrator.WakeEvent, ShardOrchestrator.RunNow);
        await host.SleepsAsync(Id, start.AddHours(2));
        Assert.Equal([1, 2], Runs(host).Select(r => r.Pass));
        host.Time.Advance(TimeSpan.FromHours(1)); // The timer that was given up fires, and wakes nobody.
        await host.IdleAsync(Id);
        Assert.Equal([1, 2], Runs(host).Select(r => r.Pass));
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.EndAsync(Id);

        Assert.Equal([1, 2, 3], Runs(host).Select(r => r.Pass));
    }

    [Fact]
    public async Task Wake_WhileAPassRuns_DoesNotSleepAfterIt()
    {
        await using var host = new OrchestratorHost();
        var passes = host.Hold(nameof(RunShard));
        host.Answer<ShardRun>(
            nameof(RunShard), run => run.Pass == 1 ? FakeBatch.ComeBack(host.Now.AddHours(1)) : PassResult.Settled(FakeBatch.Ten));

        await StartAsync(host);
        await passes.HoldsAsync();
        await host.RaiseAsync(Id, ShardOrchestrator.WakeEvent, ShardOrchestrator.RunNow);
        passes.Open();
        await host.EndAsync(Id);

        Assert.Equal([1, 2], Runs(host).Select(r => r.Pass));
    }

    [Fact]
    public async Task Stop_WhileItSleeps_EndsWithoutAnotherPass()
    {
        await using var host = new OrchestratorHost();
        host.Answer<ShardRun>(nameof(RunShard), _ => FakeBatch.ComeBack(host.Now.AddHours(1)));

        await StartAsync(host);
        await host.SleepsAsync(Id, host.Now.AddHours(1));
        await host.RaiseAsync(Id, ShardOrchestrator.WakeEvent, ShardOrchestrator.Stop);

        Assert.Equal(new ShardOutcome(false, FakeBatch.Ten with { Completed = 4 }, null), await host.ResultAsync<ShardOutcome>(Id));
        Assert.Single(Runs(host));
    }

    [Fact]
    public async Task Stop_WhileAPassRuns_EndsWithWhatThePassHasComeTo()
    {
        await using var host = new OrchestratorHost();
        var passes = host.Hold(nameof(RunShard));
        host.Answer<ShardRun>(nameof(RunShard), _ => FakeBatch.ComeBack(host.Now.AddHours(1), done: 9));

        await StartAsync(host);
        await passes.HoldsAsync();
        await host.RaiseAsync(Id, ShardOrchestrator.WakeEvent, ShardOrchestrator.Stop);
        passes.Open();

        Assert.Equal(9, (await host.ResultAsync<ShardOutcome>(Id)).Tally.Completed);
        Assert.Single(Runs(host));
    }

    [Fact]
    public async Task Run_ManyPasses_GoesOnAsNewAfterTwentyFive()
    {
        await using var host = Host(run => run.Pass < 60 ? FakeBatch.ComeBack(default) : PassResult.Settled(FakeBatch.Ten));

        await RunAsync(host);

        Assert.Equal(Enumerable.Range(1, 60), Runs(host).Select(r => r.Pass));
        Assert.Equal(Begin with { Pass = 51 }, await host.InputAsync<ShardRun>(Id));
    }

    [Fact]
    public async Task Wake_EventsThatAGenerationHasNotRead_AreReadByTheNext()
    {
        await using var host = new OrchestratorHost();
        var passes = host.Hold(nameof(RunShard));
        host.Answer<ShardRun>(nameof(RunShard), run => FakeBatch.ComeBack(run.Pass < 25 ? default : host.Now.AddHours(1)));

        await StartAsync(host);
        for (var pass = 1; pass < 25; pass++)
        {
            await passes.HoldsAsync();
            passes.Release();
        }

        await passes.HoldsAsync(); // The last pass of the generation.
        await host.RaiseAsync(Id, ShardOrchestrator.WakeEvent, ShardOrchestrator.RunNow);
        await host.RaiseAsync(Id, ShardOrchestrator.WakeEvent, ShardOrchestrator.Stop);
        passes.Open();
        await host.EndAsync(Id); // The clock stands still.

        Assert.Equal(Enumerable.Range(1, 26), Runs(host).Select(r => r.Pass));
    }

    private static OrchestratorHost Host(Func<ShardRun, PassResult> pass)
    {
        var host = new OrchestratorHost();
        host.Answer(nameof(RunShard), pass);
        return host;
    }

    private static List<ShardRun> Runs(OrchestratorHost host) => host.Inputs<ShardRun>(nameof(RunShard));

    private static Task StartAsync(OrchestratorHost host) => host.StartAsync(nameof(ShardOrchestrator), Begin, Id);

    private static async Task<ShardOutcome> RunAsync(OrchestratorHost host)
    {
        await StartAsync(host);
        return await host.ResultAsync<ShardOutcome>(Id);
    }
}
