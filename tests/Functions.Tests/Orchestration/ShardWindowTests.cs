using Drover.Batches;
using Drover.Functions.Orchestration;
using Drover.Shards;

namespace Drover.Functions.Tests.Orchestration;

/// <summary>How many shards are open, and how a batch goes on as a new generation.</summary>
public sealed class ShardWindowTests
{
    [Fact]
    public async Task Run_MoreShardsThanTheWindow_KeepsItFullAndNeverAboveIt()
    {
        await using var batch = new FakeBatch(shards: 30, window: 4);
        var passes = batch.Host.Hold(nameof(RunShard));

        await batch.StartAsync();
        for (var done = 0; done < 30; done++)
        {
            var open = Math.Min(4, 30 - done);
            await batch.Host.IdleAsync("b1");
            await passes.HoldsAsync(open);
            var progress = (await batch.ProgressAsync())!;
            Assert.Equal(open, progress.Open.Count);
            Assert.Equal(progress.Open, passes.Held.Select(r => ((ShardRun)r!).Shard).Order());
            Assert.Equal(Math.Min(30, done + 4), batch.Host.Engine.Service.GetChildren("b1").Count);
            var next = progress.Open[done * 7 % open]; // In no order.
            passes.Release(r => ((ShardRun)r!).Shard == next);
            await batch.Host.EndAsync(ShardOrchestrator.InstanceId("b1", next));
        }

        await batch.EndAsync();
        Assert.Equal(Enumerable.Range(0, 30), batch.Host.Inputs<ShardRun>(nameof(RunShard)).Select(r => r.Shard).Order());
    }

    [Fact]
    public async Task Run_MoreShardsThanAGeneration_GoesOnAsNewWithItsCounts()
    {
        await using var batch = new FakeBatch(shards: 203, window: 25);
        var audit = batch.Host.Hold(nameof(AuditBatch));
        var (open, most) = (0, 0);
        batch.OnPass = _ => PassResult.Settled(FakeBatch.Ten);
        batch.Host.Called = async () =>
        {
            var now = Interlocked.Increment(ref open);
            most = Math.Max(most, now);
            await Task.Yield();
            Interlocked.Decrement(ref open);
        };

        await batch.StartAsync();
        await audit.HoldsAsync();
        var run = await batch.Host.InputAsync<BatchRun>("b1");
        Assert.Equal((200, 2000L), (run.NextShard, run.Settled.Completed));
        Assert.Equal(2030, (await batch.ProgressAsync())!.Settled.Completed);
        audit.Open();
        var final = await batch.EndAsync();

        Assert.Equal(Enumerable.Range(0, 203), batch.Host.Inputs<ShardRun>(nameof(RunShard)).Select(r => r.Shard).Order());
        Assert.Equal(["PlanBatch", "AuditBatch", "FinishBatch"], batch.Host.Activities.Where(a => a != nameof(RunShard)));
        Assert.Equal(2030, final.Tally.Completed);
        Assert.InRange(most, 1, 25);
    }

    [Fact]
    public async Task Run_ClosedInTheFirstGeneration_StaysClosedInTheSecond()
    {
        await using var batch = new FakeBatch(shards: 201, window: 25);
        var passes = batch.Host.Hold(nameof(RunShard));
        batch.OnPass = _ => FakeBatch.Unrun();

        await batch.StartAsync();
        await passes.HoldsAsync(25);
        await batch.CloseAsync();
        passes.Open();
        var final = await batch.EndAsync();

        Assert.Equal("cancelled", (await batch.Host.InputAsync<BatchRun>("b1")).Closing);
        Assert.Equal(("cancelled", 201 * 6L), (final.Status, final.Tally.Unrun));
        Assert.Equal(201, batch.Host.Inputs<ShardRun>(nameof(RunShard)).Count(r => r.Pass == 1));
    }

    [Fact]
    public async Task Run_GoesOnWithARunOfAnEarlierGeneration_BeginsWithItsShards()
    {
        await using var batch = new FakeBatch(shards: 5);
        var plan = batch.Plan with { At = batch.Host.Now.AddHours(-1) };

        await batch.RunAsync(new BatchRun("b1") { Plan = plan, NextShard = 3, Again = [4, 1], Audits = 2, Settled = FakeBatch.Ten });

        Assert.Equal(["RunShard :4", "RunShard :1", "RunShard :3", "RunShard :4", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal(plan, batch.Ending.Plan);
    }

    [Fact]
    public async Task Reopen_WithCodes_TakesTheErrorsBackBeforeItPlans()
    {
        await using var batch = new FakeBatch(shards: 1);

        await batch.RunAsync(new BatchRun("b1") { Reopen = ["rate_limit_exceeded", "500"] });

        Assert.Equal(["ReopenBatch", "PlanBatch", "RunShard :0", "AuditBatch", "FinishBatch"], batch.Calls);
        var reopening = Assert.Single(batch.Host.Inputs<Reopening>(nameof(ReopenBatch)));
        Assert.Equal("b1", reopening.BatchId);
        Assert.Equal(["rate_limit_exceeded", "500"], reopening.Codes);
    }

    [Fact]
    public async Task Reopen_GoesOnAsNew_IsDoneOnce()
    {
        await using var batch = new FakeBatch(shards: 1);
        var audits = 0;
        batch.OnAudit = id => audits++ == 0 ? new Audit([0], Tally.Zero) : new Audit([], batch.SettledOf(id));

        await batch.RunAsync(new BatchRun("b1") { Reopen = [] });

        Assert.Equal(["ReopenBatch", "PlanBatch", "RunShard :0", "AuditBatch", "RunShard :0", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Empty(Assert.Single(batch.Host.Inputs<Reopening>(nameof(ReopenBatch))).Codes);
    }

    [Fact]
    public async Task Run_StoppedAndStartedAgain_RunsEveryShardAgain()
    {
        await using var batch = new FakeBatch(shards: 2);
        var stops = 1;
        batch.OnPass = _ => stops-- > 0 ? FakeBatch.StopsWith("the key was refused") : PassResult.Settled(FakeBatch.Ten);

        Assert.Equal("stopped", (await batch.RunAsync()).Status);
        Assert.Equal("completed", (await batch.RunAsync()).Status);

        Assert.Equal(
            ["PlanBatch", "RunShard :0", "FinishBatch", "PlanBatch", "RunShard :0", "RunShard :1", "AuditBatch", "FinishBatch"],
            batch.Calls);
    }
}
