using System.Text.Json;
using Drover.Batches;
using Drover.Functions.Batches;
using Drover.Functions.Orchestration;
using Drover.Shards;

namespace Drover.Functions.Tests.Orchestration;

/// <summary>The custom status at each step, from which <see cref="BatchViews"/> makes its answer.</summary>
public sealed class ProgressTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Progress_FromPlanToEnd_SaysWhereTheBatchIs()
    {
        await using var batch = new FakeBatch(shards: 3, window: 2);
        batch.Plan = batch.Plan with { Model = "gpt-4o", Invalid = 4 };
        var (plan, passes) = (batch.Host.Hold(nameof(PlanBatch)), batch.Host.Hold(nameof(RunShard)));
        var (audit, finish) = (batch.Host.Hold(nameof(AuditBatch)), batch.Host.Hold(nameof(FinishBatch)));

        await batch.StartAsync();
        await plan.HoldsAsync();
        Same(new BatchProgress("validating", 0, 0, Tally.Zero, []), await batch.ProgressAsync());

        batch.Host.Time.Advance(Minute);
        var began = batch.Host.Now;
        plan.Release();
        await passes.HoldsAsync(2);
        var running = new BatchProgress("in_progress", 30, 4, Tally.Zero, [0, 1]) { Model = "gpt-4o", InProgressAt = began };
        Same(running, await batch.ProgressAsync());

        batch.Host.Time.Advance(Minute);
        passes.Release(run => ((ShardRun)run!).Shard == 0);
        await passes.HoldsAsync(2);
        Same(running with { Settled = FakeBatch.Ten, Open = [1, 2] }, await batch.ProgressAsync());

        passes.Release(run => ((ShardRun)run!).Shard == 2);
        await batch.Host.EndAsync("b1:2");
        await batch.Host.IdleAsync("b1");
        Same(running with { Settled = FakeBatch.Ten + FakeBatch.Ten, Open = [1] }, await batch.ProgressAsync());

        passes.Release();
        await audit.HoldsAsync();
        var all =
            running with
            {
                Status = "finalizing",
                Settled = FakeBatch.Ten + FakeBatch.Ten + FakeBatch.Ten,
                Open = [],
                FinalizingAt = batch.Host.Now,
            };
        Same(all, await batch.ProgressAsync());

        batch.Host.Time.Advance(Minute);
        audit.Release();
        await finish.HoldsAsync();
        Same(all with { Status = "completed" }, await batch.ProgressAsync());
        finish.Release();
        await batch.EndAsync();
    }

    [Fact]
    public async Task Progress_BatchIsClosed_SaysCancelling()
    {
        await using var batch = new FakeBatch(shards: 2, window: 2);
        var (passes, finish) = (batch.Host.Hold(nameof(RunShard)), batch.Host.Hold(nameof(FinishBatch)));

        await batch.StartAsync();
        await passes.HoldsAsync(2);
        await batch.CloseAsync();
        Same(new BatchProgress("cancelling", 20, 0, Tally.Zero, [0, 1]) { InProgressAt = batch.Host.Now }, await batch.ProgressAsync());
        passes.Open();
        await finish.HoldsAsync();
        Assert.Equal("cancelled", (await batch.ProgressAsync())!.Status);
        finish.Open();
        await batch.EndAsync();
    }

    [Fact]
    public async Task Progress_ItemsWaitInTheRetryQueue_CountsThem()
    {
        await using var batch = new FakeBatch(shards: 1);
        var audit = batch.Host.Hold(nameof(AuditBatch));
        var four = Tally.Zero with { Completed = 4 };
        batch.OnPass = _ => new PassResult(false, four, 6, default, true, 0, null) { IsInRetry = true };
        batch.OnAudit = _ => new Audit([], four with { Completed = 5 }) { Tickets = 1, InRetry = 5, RetryBy = batch.Host.Now.AddHours(1) };

        await batch.StartAsync();
        await audit.HoldsAsync();
        var progress = new BatchProgress(
            "finalizing", 10, 0, four, [])
        { InRetry = 6, InProgressAt = batch.Host.Now, FinalizingAt = batch.Host.Now };
        Same(progress, await batch.ProgressAsync());
        audit.Release();
        await batch.Host.SleepsAsync("b1", batch.Host.Now.AddHours(1));
        Same(
            progress with { Status = "in_progress", Settled = four with { Completed = 5 }, InRetry = 5, FinalizingAt = null },
            await batch.ProgressAsync());
    }

    [Fact]
    public async Task Progress_PlanHasProblem_WasNeverInProgress()
    {
        await using var batch = new FakeBatch();
        var finish = batch.Host.Hold(nameof(FinishBatch));
        batch.Plan = new BatchPlan(0, 0, 7, 1, "The input is empty.");

        await batch.StartAsync();
        await finish.HoldsAsync();

        Same(new BatchProgress("failed", 0, 7, Tally.Zero, []), await batch.ProgressAsync());
    }

    [Fact]
    public async Task Progress_SecondGeneration_GoesOnFromTheCounts()
    {
        await using var batch = new FakeBatch(shards: 2);
        var (passes, audits) = (batch.Host.Hold(nameof(RunShard)), 0);
        batch.OnAudit = id => audits++ == 0 ? new Audit([1], FakeBatch.Ten) : new Audit([], batch.SettledOf(id));

        await batch.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            await passes.HoldsAsync();
            passes.Release();
        }

        await passes.HoldsAsync();
        Same(new BatchProgress("in_progress", 20, 0, FakeBatch.Ten, [1]) { InProgressAt = batch.Host.Now }, await batch.ProgressAsync());
    }

    private static void Same(BatchProgress expected, BatchProgress? actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));
}
