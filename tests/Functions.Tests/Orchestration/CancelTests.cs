using Drover.Batches;
using Drover.Functions.Orchestration;
using Drover.Shards;

namespace Drover.Functions.Tests.Orchestration;

/// <summary>The event that closes a batch, at every point at which it can come.</summary>
public sealed class CancelTests
{
    [Fact]
    public async Task Close_BeforeTheBatchHasBegun_RunsTheShardsToCloseThemAndCancels()
    {
        await using var batch = new FakeBatch(shards: 3);
        batch.OnPass = _ => FakeBatch.Unrun();

        await batch.StartAsync(at: batch.Host.Now.AddHours(1));
        await batch.Host.Client.RaiseEventAsync("b1", BatchOrchestrator.CloseEvent, BatchStatus.Cancelled);
        batch.Host.Time.Advance(TimeSpan.FromHours(1));
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "RunShard :1", "RunShard :2", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal(("cancelled", null), (batch.Ending.Status, batch.Ending.Reason));
    }

    [Fact]
    public async Task Close_WhileItIsPlanned_IsReadWhenTheShardsRun()
    {
        await using var batch = new FakeBatch(shards: 2);
        var (plan, passes) = (batch.Host.Hold(nameof(PlanBatch)), batch.Host.Hold(nameof(RunShard)));

        await batch.StartAsync();
        await plan.HoldsAsync();
        await batch.CloseAsync();
        Assert.Equal("validating", (await batch.ProgressAsync())!.Status);
        plan.Open();
        await passes.HoldsAsync();
        await batch.Host.IdleAsync("b1");
        Assert.Equal("cancelling", (await batch.ProgressAsync())!.Status);
        passes.Open();
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "RunShard :1", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal("cancelled", batch.Ending.Status);
    }

    [Fact]
    public async Task Close_WhileShardsSleep_WakesThemAtOnceAndRunsTheRest()
    {
        await using var batch = new FakeBatch(shards: 3, window: 2);
        batch.OnPass = run => run is { Pass: 1, Shard: < 2 } ? FakeBatch.ComeBack(batch.Host.Now.AddHours(1)) : FakeBatch.Unrun();
        var start = batch.Host.Now;

        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1:0", start.AddHours(1));
        await batch.Host.SleepsAsync("b1:1", start.AddHours(1));
        await batch.CloseAsync();
        var final = await batch.EndAsync();

        Assert.Equal(start, batch.Host.Now);
        Assert.Equal(
            ["AuditBatch", "FinishBatch", "PlanBatch", "RunShard :0", "RunShard :0", "RunShard :1", "RunShard :1", "RunShard :2"],
            batch.Calls.Order());
        Assert.Equal([1, 2], batch.Host.Inputs<ShardRun>(nameof(RunShard)).Where(r => r.Shard == 1).Select(r => r.Pass));
        Assert.Equal(("cancelled", 18L), (final.Status, final.Tally.Unrun));
    }

    [Fact]
    public async Task Close_WhileAPassRuns_LetsItEndAndRunsTheNextOneAtOnce()
    {
        await using var batch = new FakeBatch(shards: 1);
        var passes = batch.Host.Hold(nameof(RunShard));
        batch.OnPass = run => run.Pass == 1 ? FakeBatch.ComeBack(batch.Host.Now.AddHours(1)) : FakeBatch.Unrun();

        await batch.StartAsync();
        await passes.HoldsAsync();
        await batch.CloseAsync();
        await batch.Host.IdleAsync("b1:0");
        passes.Open();
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "RunShard :0", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal("cancelled", batch.Ending.Status);
    }

    [Theory]
    [InlineData("cancelled", "cancelled")]
    [InlineData(null, "completed")]
    public async Task Close_WhileItIsAudited_EndsByTheMarkThatTheShardsWentBy(string? mark, string expected)
    {
        await using var batch = new FakeBatch();
        var audits = batch.Host.Hold(nameof(AuditBatch));
        batch.OnAudit = id => new Audit([], batch.SettledOf(id), Closing: mark);

        await batch.StartAsync();
        await audits.HoldsAsync();
        await batch.CloseAsync();
        audits.Open();
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "RunShard :1", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal(expected, batch.Ending.Status);
    }

    [Fact]
    public async Task Close_WhileItIsFinished_ChangesNothing()
    {
        await using var batch = new FakeBatch();
        var finish = batch.Host.Hold(nameof(FinishBatch));

        await batch.StartAsync();
        await finish.HoldsAsync();
        await batch.CloseAsync();
        finish.Open();

        Assert.Equal("completed", (await batch.EndAsync()).Status);
    }

    [Fact]
    public async Task Close_Twice_IsTheSameAsOnce()
    {
        await using var batch = new FakeBatch(shards: 1);
        var passes = batch.Host.Hold(nameof(RunShard));

        await batch.StartAsync();
        await passes.HoldsAsync();
        await batch.CloseAsync();
        await batch.CloseAsync();
        passes.Open();
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal("cancelled", batch.Ending.Status);
    }

    [Fact]
    public async Task Close_ThenAShardStopsTheBatch_GoesOverAllShardsAgain()
    {
        await using var batch = new FakeBatch(shards: 2);
        var passes = batch.Host.Hold(nameof(RunShard));
        var stops = 1;
        batch.OnPass = run => run.Shard == 1 && stops-- > 0 ? FakeBatch.StopsWith("the key was refused") : FakeBatch.Unrun();

        await batch.StartAsync();
        await passes.HoldsAsync();
        await batch.CloseAsync();
        passes.Open();
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "RunShard :1", "RunShard :0", "RunShard :1", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal(("cancelled", null), (batch.Ending.Status, batch.Ending.Reason));
    }

    [Fact]
    public async Task Close_ThenAShardStopsTheBatchAgainAndAgain_StopsAfterTenRounds()
    {
        await using var batch = new FakeBatch(shards: 1);
        var passes = batch.Host.Hold(nameof(RunShard));
        batch.OnPass = _ => FakeBatch.StopsWith("what is written contradicts itself");

        await batch.StartAsync();
        await passes.HoldsAsync();
        await batch.CloseAsync();
        passes.Open();
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", .. Enumerable.Repeat("RunShard :0", 1 + BatchOrchestrator.MostAudits), "FinishBatch"], batch.Calls);
        Assert.Equal(("stopped", "what is written contradicts itself"), (batch.Ending.Status, batch.Ending.Reason));
    }
}
