using Drover.Batches;
using Drover.Functions.Orchestration;
using Drover.Shards;

namespace Drover.Functions.Tests.Orchestration;

/// <summary>Audits that find less in storage than was written.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task Audit_FallsShortOnce_RunsThoseShardsAgain()
    {
        await using var batch = new FakeBatch(shards: 3);
        var audits = 0;
        batch.OnAudit = id => audits++ == 0 ? new Audit([2, 0], FakeBatch.Ten) : new Audit([], batch.SettledOf(id));

        var final = await batch.RunAsync();

        Assert.Equal(
            ["PlanBatch", "RunShard :0", "RunShard :1", "RunShard :2", "AuditBatch",
                "RunShard :2", "RunShard :0", "AuditBatch", "FinishBatch"],
            batch.Calls);
        Assert.All(batch.Host.Inputs<ShardRun>(nameof(RunShard)), run => Assert.Equal(1, run.Pass));
        Assert.Equal(("completed", 30L), (final.Status, final.Tally.Completed));
        Assert.Equal(1, (await batch.Host.InputAsync<BatchRun>("b1")).Audits);
    }

    [Fact]
    public async Task Audit_AlwaysFallsShort_StopsAfterMostAudits()
    {
        await using var batch = new FakeBatch(shards: 1);
        batch.OnAudit = _ => new Audit([0], Tally.Zero);

        await batch.RunAsync();

        Assert.Equal(
            ["PlanBatch", .. Enumerable.Repeat(new[] { "RunShard :0", "AuditBatch" }, 1 + BatchOrchestrator.MostAudits)
                .SelectMany(c => c), "FinishBatch"],
            batch.Calls);
        Assert.Equal(
            ("stopped", "After 10 audits 1 shards still fall short of what was written: storage loses writes."),
            (batch.Ending.Status, batch.Ending.Reason));
    }

    [Fact]
    public async Task Audit_AlwaysFallsShort_HasNotHadAllOutcomes()
    {
        await using var batch = new FakeBatch(shards: 1);
        batch.OnAudit = _ => new Audit([0], Tally.Zero);

        await batch.RunAsync();

        Assert.Null(batch.Ending.FinalizingAt);
    }

    [Fact]
    public async Task Audit_FallsShortAndThenAShardStops_HasNotHadAllOutcomes()
    {
        await using var batch = new FakeBatch(shards: 1);
        var passes = 0;
        batch.OnPass = _ => ++passes == 1 ? PassResult.Settled(FakeBatch.Ten) : FakeBatch.StopsWith("the key was refused");
        batch.OnAudit = _ => new Audit([0], Tally.Zero);

        await batch.RunAsync();

        Assert.Equal(("stopped", "the key was refused", null), (batch.Ending.Status, batch.Ending.Reason, batch.Ending.FinalizingAt));
    }

    [Fact]
    public async Task Audit_FindsAContradiction_Stops()
    {
        await using var batch = new FakeBatch(shards: 1);
        batch.OnAudit = _ => new Audit([], Tally.Zero, "Shard 0 of batch 'b1' has two plans.");

        await batch.RunAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal(("stopped", "Shard 0 of batch 'b1' has two plans."), (batch.Ending.Status, batch.Ending.Reason));
    }

    [Fact]
    public async Task Audit_FallsShortWhileTheBatchIsClosed_StaysClosed()
    {
        await using var batch = new FakeBatch(shards: 2);
        var audits = 0;
        var passes = batch.Host.Hold(nameof(RunShard));
        batch.OnPass = _ => FakeBatch.Unrun();
        batch.OnAudit = id => audits++ == 0 ? new Audit([1], Tally.Zero, Closing: "cancelled") : new Audit([], batch.SettledOf(id));

        await batch.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            await passes.HoldsAsync();
            passes.Release();
        }

        await passes.HoldsAsync(); // The shard that fell short.
        await batch.Host.IdleAsync("b1");
        Assert.Equal("cancelling", (await batch.ProgressAsync())!.Status);
        passes.Open();
        await batch.EndAsync();

        Assert.Equal("cancelled", batch.Ending.Status);
    }
}
