using Drover.Batches;
using Drover.Functions.Orchestration;
using Drover.Shards;

namespace Drover.Functions.Tests.Orchestration;

/// <summary>How batches end: every status, what was called on the way, and what <see cref="FinishBatch"/> is given.</summary>
public sealed class BatchEndTests
{
    [Fact]
    public async Task Run_AllItemsHaveResults_Completes()
    {
        await using var batch = new FakeBatch(shards: 2);
        batch.Plan = batch.Plan with { Model = "gpt-4o", Invalid = 3 };
        var start = batch.Host.Now;
        batch.OnPlan = _ => Later(batch, batch.Plan);
        batch.OnPass = _ => Later(batch, PassResult.Settled(FakeBatch.Ten));
        batch.OnAudit = id => Later(batch, new Audit([], batch.SettledOf(id)));

        var final = await batch.RunAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "RunShard :1", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal([new ShardRun("b1", 0, 1), new ShardRun("b1", 1, 1)], batch.Host.Inputs<ShardRun>(nameof(RunShard)));
        var plan = batch.Plan with { At = start + TimeSpan.FromMinutes(1) };
        Assert.Equal(new FinishBatchInput("b1", "completed", null, plan) { FinalizingAt = start + TimeSpan.FromMinutes(3) }, batch.Ending);
        Assert.Equal(new FinalRecord("completed", null, 20, 3, FakeBatch.Ten + FakeBatch.Ten, start + TimeSpan.FromMinutes(4)), final);
    }

    [Fact]
    public async Task Run_SomeItemsHaveErrors_CompletesWithThem()
    {
        await using var batch = new FakeBatch();
        batch.OnPass = run => PassResult.Settled(run.Shard == 0 ? FakeBatch.Ten : new Tally(7, 3, 0, 0, 0, 0));

        var final = await batch.RunAsync();

        Assert.Equal("completed", batch.Ending.Status);
        Assert.Equal((17L, 3L, 0L), (final.Tally.Completed, final.Tally.Failed, final.Tally.Unrun));
    }

    [Fact]
    public async Task Run_NothingToRun_Completes()
    {
        await using var batch = new FakeBatch(shards: 0);

        await batch.RunAsync();

        Assert.Equal(["PlanBatch", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal("completed", batch.Ending.Status);
    }

    [Fact]
    public async Task Run_PlanHasProblem_FailsWithItsCode()
    {
        await using var batch = new FakeBatch();
        batch.Plan = new BatchPlan(0, 0, 0, 1, "The input is empty.") { ProblemCode = "empty_batch" };

        var final = await batch.RunAsync();

        Assert.Equal(["PlanBatch", "FinishBatch"], batch.Calls);
        Assert.Equal(new FinishBatchInput("b1", "failed", "The input is empty.", batch.Plan with { At = batch.Host.Now }), batch.Ending);
        Assert.Equal(("failed", "The input is empty."), (final.Status, final.Reason));
    }

    [Fact]
    public async Task Run_PlanningThrows_IsTriedTenTimesAndFails()
    {
        await using var batch = new FakeBatch();
        batch.OnPlan = _ => throw new IOException("disk");

        await batch.StartAsync();
        var waits = new List<double>();
        for (var i = 1; i < 10; i++)
        {
            waits.Add((await batch.Host.NextTimerAsync()).TotalSeconds);
        }

        await batch.EndAsync();
        Assert.Equal([2, 4, 8, 16, 32, 60, 60, 60, 60], waits);
        Assert.Equal([.. Enumerable.Repeat("PlanBatch", 10), "FinishBatch"], batch.Calls);
        Assert.Equal(("failed", "Planning failed: disk"), (batch.Ending.Status, batch.Ending.Reason));
        Assert.Equal(new BatchPlan(0, 0, 0, 1, "Planning failed: disk") { At = batch.Host.Now }, batch.Ending.Plan);
    }

    [Fact]
    public async Task Run_ActivitiesThrowOnce_AreTriedAgain()
    {
        await using var batch = new FakeBatch(shards: 1);
        var thrown = new HashSet<string>();
        T Once<T>(string activity, T answer) => thrown.Add(activity) ? throw new IOException("disk") : answer;
        var (pass, audit, finish) = (batch.OnPass, batch.OnAudit, batch.OnFinish);
        batch.OnPlan = _ => Once("plan", batch.Plan);
        batch.OnPass = run => Once("pass", pass(run));
        batch.OnAudit = id => Once("audit", audit(id));
        batch.OnFinish = ending => Once("finish", finish(ending));

        await batch.StartAsync();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(TimeSpan.FromSeconds(2), await batch.Host.NextTimerAsync());
        }

        await batch.EndAsync();
        Assert.Equal(
            ["PlanBatch", "PlanBatch", "RunShard :0", "RunShard :0", "AuditBatch", "AuditBatch", "FinishBatch", "FinishBatch"],
            batch.Calls);
        Assert.All(batch.Host.Inputs<FinishBatchInput>(nameof(FinishBatch)), e => Assert.Equal("completed", e.Status));
    }

    [Fact]
    public async Task Run_AuditingThrowsTenTimes_FailsTheOrchestration()
    {
        await using var batch = new FakeBatch(shards: 1);
        batch.OnAudit = _ => throw new IOException("disk");

        await batch.StartAsync();
        for (var i = 1; i < 10; i++)
        {
            await batch.Host.NextTimerAsync();
        }

        var end = await batch.Host.EndAsync(FakeBatch.Id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("disk", end.FailureDetails!.ErrorMessage);
        Assert.DoesNotContain("FinishBatch", batch.Calls);
    }

    [Fact]
    public async Task Run_ShardStopsTheBatch_EndsTheOthersWithoutAnotherPass()
    {
        await using var batch = new FakeBatch(shards: 5, window: 3);
        var passes = batch.Host.Hold(nameof(RunShard));
        batch.OnPass = run => run.Shard == 1 ? FakeBatch.StopsWith("the key was refused") : FakeBatch.ComeBack(batch.Host.Now.AddHours(1));

        await batch.StartAsync();
        await passes.HoldsAsync(3);
        passes.Release(run => ((ShardRun)run!).Shard == 0);
        await batch.Host.SleepsAsync("b1:0", batch.Host.Now.AddHours(1));
        passes.Release(run => ((ShardRun)run!).Shard == 1);
        await batch.Host.EndAsync("b1:0"); // It slept.
        passes.Release(); // Its pass ends after the stop.
        await batch.EndAsync();

        Assert.Equal(
            ["PlanBatch", "RunShard :0", "RunShard :1", "RunShard :2", "FinishBatch"],
            batch.Calls.Order().OrderBy(c => c[0] == 'P' ? 0 : c[0] == 'R' ? 1 : 2));
        Assert.Equal(("stopped", "the key was refused", null), (batch.Ending.Status, batch.Ending.Reason, batch.Ending.FinalizingAt));
        Assert.Null((await batch.ProgressAsync())!.FinalizingAt);
        Assert.Equal(8, (await batch.ProgressAsync())!.Settled.Completed); // What the other two had come to.
    }

    [Fact]
    public async Task Run_TwoShardsStopTheBatch_TheFirstReasonStands()
    {
        await using var batch = new FakeBatch(shards: 2, window: 2);
        var passes = batch.Host.Hold(nameof(RunShard));
        batch.OnPass = run => FakeBatch.StopsWith($"reason {run.Shard}");

        await batch.StartAsync();
        await passes.HoldsAsync(2);
        passes.Release(run => ((ShardRun)run!).Shard == 1);
        await batch.Host.EndAsync("b1:1");
        await batch.Host.IdleAsync("b1");
        passes.Release();
        await batch.EndAsync();

        Assert.Equal(("stopped", "reason 1"), (batch.Ending.Status, batch.Ending.Reason));
    }

    [Fact]
    public async Task Run_PassThrowsTenTimes_Stops()
    {
        await using var batch = new FakeBatch(shards: 2);
        batch.OnPass = _ => throw new IOException("disk");

        await batch.StartAsync();
        for (var i = 1; i < 10; i++)
        {
            await batch.Host.NextTimerAsync();
        }

        await batch.EndAsync();
        Assert.Equal(["PlanBatch", .. Enumerable.Repeat("RunShard :0", 10), "FinishBatch"], batch.Calls);
        Assert.Equal("stopped", batch.Ending.Status);
        Assert.StartsWith("Shard 0 failed: ", batch.Ending.Reason);
        Assert.Contains("disk", batch.Ending.Reason);
    }

    [Fact]
    public async Task Run_ItemsWereLeftWhenTheTimeRanOut_Expires()
    {
        await using var batch = new FakeBatch();
        batch.OnPass = run => run.Shard == 0 ? PassResult.Settled(FakeBatch.Ten) : FakeBatch.Unrun();

        var final = await batch.RunAsync();

        Assert.Equal(("expired", null), (batch.Ending.Status, batch.Ending.Reason));
        Assert.Equal((14L, 6L), (final.Tally.Completed, final.Tally.Unrun));
    }

    private static T Later<T>(FakeBatch batch, T answer)
    {
        batch.Host.Time.Advance(TimeSpan.FromMinutes(1));
        return answer;
    }
}
