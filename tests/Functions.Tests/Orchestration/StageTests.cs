using System.Text.Json;
using Drover.Batches;
using Drover.Functions.Orchestration;
using Drover.Shards;
using Drover.Stages;

namespace Drover.Functions.Tests.Orchestration;

/// <summary>Batches that go through stages, each a batch of its own.</summary>
public sealed class StageTests
{
    private static readonly Tally Two = Tally.Zero with { Completed = 2 };

    [Fact]
    public async Task Run_TwoStages_RunsEachAsABatchAndCompletes()
    {
        await using var batch = Staged(stages: 2);

        var final = await batch.RunAsync();

        Assert.Equal(
            [
                "PlanBatch",
                "PlanBatch ~1", "RunShard ~1:0", "AuditBatch ~1", "FinishBatch ~1", "AdvanceStage",
                "PlanBatch ~2", "RunShard ~2:0", "AuditBatch ~2", "FinishBatch ~2", "AdvanceStage",
                "FinishBatch",
            ],
            batch.Calls);
        Assert.Equal([new StageRun("b1", 1, null), new StageRun("b1", 2, null)], batch.Host.Inputs<StageRun>(nameof(AdvanceStage)));
        Assert.Equal(
            new FinishBatchInput("b1", "completed", null, batch.OnPlan("b1") with { At = batch.Host.Now })
            {
                FinalizingAt = batch.Host.Now,
                Stages = 3,
                Tally = Two,
            },
            batch.Ending);
        Assert.Equal(("completed", 2L), (final.Status, final.Tally.Completed));
    }

    [Fact]
    public async Task Run_PlanIsAtALaterStage_SkipsThoseBefore()
    {
        await using var batch = Staged(stages: 3, begin: 3);

        await batch.RunAsync();

        Assert.Equal(
            ["PlanBatch", "PlanBatch ~3", "RunShard ~3:0", "AuditBatch ~3", "FinishBatch ~3", "AdvanceStage", "FinishBatch"], batch.Calls);
    }

    [Fact]
    public async Task Run_NoLineIsAnItem_SkipsToTheEnd()
    {
        await using var batch = Staged(stages: 0, begin: 0);

        await batch.RunAsync();

        Assert.Equal(["PlanBatch", "FinishBatch"], batch.Calls);
        Assert.Equal(("completed", 0, Tally.Zero), (batch.Ending.Status, batch.Ending.Stages, batch.Ending.Tally));
    }

    [Fact]
    public async Task Progress_AtEachStage_HasItsNumberAndWhatIsPaid()
    {
        await using var batch = Staged(stages: 2);
        var passes = batch.Host.Hold(nameof(RunShard));

        await batch.StartAsync();
        await passes.HoldsAsync();
        Same(
            new BatchProgress("in_progress", 2, 1, Tally.Zero, []) { Stage = 1, InProgressAt = batch.Host.Now },
            await batch.ProgressAsync());
        Same(
            new BatchProgress("in_progress", 10, 0, Tally.Zero, [0]) { InProgressAt = batch.Host.Now },
            await batch.Host.StatusAsync<BatchProgress>("b1~1"));
        passes.Release();
        await passes.HoldsAsync();
        var paid = Two with { InputTokens = 100, OutputTokens = 50, CostUsd = 0.01m };
        Same(new BatchProgress("in_progress", 2, 1, paid, []) { Stage = 2, InProgressAt = batch.Host.Now }, await batch.ProgressAsync());
        passes.Open();
        await batch.EndAsync();
    }

    [Fact]
    public async Task Close_InTheMiddleOfAStage_ClosesItsBatchAndEndsThere()
    {
        await using var batch = Staged(stages: 3);
        batch.OnPass = run => run.Pass == 1 ? FakeBatch.ComeBack(batch.Host.Now.AddHours(1)) : FakeBatch.Unrun();

        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1~1:0", batch.Host.Now.AddHours(1));
        await batch.CloseAsync();
        var final = await batch.EndAsync();

        Assert.Equal(
            ["PlanBatch", "PlanBatch ~1", "RunShard ~1:0", "RunShard ~1:0",
                "AuditBatch ~1", "FinishBatch ~1", "AdvanceStage", "FinishBatch"],
            batch.Calls);
        Assert.Equal(["cancelled", "cancelled"], batch.Host.Inputs<FinishBatchInput>(nameof(FinishBatch)).Select(e => e.Status));
        Assert.Equal(new StageRun("b1", 1, "cancelled"), Assert.Single(batch.Host.Inputs<StageRun>(nameof(AdvanceStage))));
        Assert.Equal("cancelled", final.Status);
    }

    [Fact]
    public async Task Progress_ClosedInTheMiddleOfAStage_SaysCancelling()
    {
        await using var batch = Staged(stages: 1);
        var passes = batch.Host.Hold(nameof(RunShard));

        await batch.StartAsync();
        await passes.HoldsAsync();
        await batch.CloseAsync();
        await batch.Host.IdleAsync("b1~1");

        Assert.Equal("cancelling", (await batch.ProgressAsync())!.Status);
        Assert.Equal("cancelling", (await batch.Host.StatusAsync<BatchProgress>("b1~1"))!.Status);
        passes.Open();
        await batch.EndAsync();
    }

    [Fact]
    public async Task Close_AllOfTheStageWasDoneBefore_CancelsWhatWouldFollow()
    {
        await using var batch = Staged(stages: 2);
        var finish = batch.Host.Hold(nameof(FinishBatch));

        await batch.StartAsync();
        await finish.HoldsAsync(); // The stage has ended as completed.
        await batch.CloseAsync();
        finish.Open();
        await batch.EndAsync();

        Assert.Equal(new StageRun("b1", 1, "cancelled"), Assert.Single(batch.Host.Inputs<StageRun>(nameof(AdvanceStage))));
        Assert.Equal("cancelled", batch.Ending.Status);
    }

    [Fact]
    public async Task Close_WhileTheStageIsLeft_IsSeenByTheNextStagesMark()
    {
        await using var batch = Staged(stages: 2);
        var advance = batch.Host.Hold(nameof(AdvanceStage));
        batch.OnAudit = id => new Audit([], batch.SettledOf(id), Closing: id == "b1~2" ? "cancelled" : null);

        await batch.StartAsync();
        await advance.HoldsAsync();
        await batch.CloseAsync();
        advance.Open();
        await batch.EndAsync();

        Assert.Equal([null, "cancelled"], batch.Host.Inputs<StageRun>(nameof(AdvanceStage)).Select(s => s.Closing));
        Assert.Equal("cancelled", batch.Ending.Status);
    }

    [Fact]
    public async Task Run_StageExpires_ExpiresTheBatch()
    {
        await using var batch = Staged(stages: 2);
        batch.OnPass = _ => FakeBatch.Unrun();

        await batch.RunAsync();

        Assert.Equal("expired", Assert.Single(batch.Host.Inputs<StageRun>(nameof(AdvanceStage))).Closing);
        Assert.Equal("expired", batch.Ending.Status);
    }

    [Fact]
    public async Task Run_StageIsStopped_StopsWithItsReasonAndWhatWasPaid()
    {
        await using var batch = Staged(stages: 2);
        batch.OnPass = run => run.BatchId == "b1~1" ? PassResult.Settled(FakeBatch.Ten) : FakeBatch.StopsWith("the key was refused");

        await batch.RunAsync();

        Assert.Equal(("stopped", "the key was refused"), (batch.Ending.Status, batch.Ending.Reason));
        Assert.Equal(Two with { InputTokens = 100, OutputTokens = 50, CostUsd = 0.01m }, batch.Ending.Tally);
        Assert.Single(batch.Host.Inputs<StageRun>(nameof(AdvanceStage)));
    }

    [Fact]
    public async Task Run_StagesOrchestrationFails_Stops()
    {
        await using var batch = Staged(stages: 1);
        batch.OnAudit = _ => throw new IOException("disk");

        await batch.StartAsync();
        for (var i = 1; i < 10; i++)
        {
            await batch.Host.NextTimerAsync();
        }

        await batch.EndAsync();
        Assert.Equal("stopped", batch.Ending.Status);
        Assert.Contains("disk", batch.Ending.Reason);
    }

    [Fact]
    public async Task Run_StorageLostAStage_PlansAgainAndGoesOnFromWhatThereIs()
    {
        await using var batch = Staged(stages: 2);
        var advances = 0;
        batch.OnAdvance = run =>
            ++advances == 2 ? new StageAdvance(true, IsShort: true, Two) : new StageAdvance(run.Stage == 2, false, Two);

        await batch.RunAsync();

        Assert.Equal(["1", "2", "1", "2"], batch.Host.Inputs<StageRun>(nameof(AdvanceStage)).Select(s => $"{s.Stage}"));
        Assert.Equal(2, batch.Calls.Count(c => c == "PlanBatch"));
        Assert.Equal("completed", batch.Ending.Status);
    }

    [Fact]
    public async Task Run_StageFailsAgainAndAgain_StopsAfterMostRounds()
    {
        await using var batch = Staged(stages: 1);
        var root = batch.OnPlan("b1");
        batch.OnPlan = id => id == "b1" ? root : new BatchPlan(0, 0, 0, 1, "The input is gone.");

        await batch.RunAsync();

        Assert.Equal(1 + BatchOrchestrator.MostAudits, batch.Calls.Count(c => c == "PlanBatch"));
        Assert.DoesNotContain("AdvanceStage", batch.Calls);
        Assert.Equal(("stopped", "Stage 1 failed: The input is gone."), (batch.Ending.Status, batch.Ending.Reason));
    }

    [Fact]
    public async Task Run_StageStops_HasNotHadAllOutcomes()
    {
        await using var batch = Staged(stages: 1);
        batch.OnPass = _ => FakeBatch.StopsWith("the key was refused");

        await batch.RunAsync();

        Assert.Null(batch.Ending.FinalizingAt);
    }

    // A batch of two items in so many stages; each stage has one shard.
    private static FakeBatch Staged(int stages, int begin = 1)
    {
        var batch = new FakeBatch(shards: 1);
        var stage = batch.Plan;
        batch.OnPlan = id => id == FakeBatch.Id ? new BatchPlan(0, 2, 1, 4) { Stage = begin } : stage;
        batch.OnAdvance = run => new StageAdvance(IsLast: run.Stage == stages || run.Closing is not null, IsShort: false, Two);
        return batch;
    }

    private static void Same(BatchProgress expected, BatchProgress? actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));
}
