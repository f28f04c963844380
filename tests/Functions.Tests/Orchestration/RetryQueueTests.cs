using Drover.Batches;
using Drover.Functions.Orchestration;
using Drover.Retries;
using Drover.Shards;

namespace Drover.Functions.Tests.Orchestration;

/// <summary>Items that wait in the retry queue: what the batch does until it is told what came of them.</summary>
public sealed class RetryQueueTests
{
    [Fact]
    public async Task Reports_AllComeIn_AuditsOnceMoreAndCompletes()
    {
        await using var batch = Waiting(slices: 2, out var by);

        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1", by);
        await ReportAsync(batch, new RetryReport(0, Gain(2), IsDone: false));
        Assert.Equal(("in_progress", 10L, 10L), Standing(await batch.ProgressAsync()));
        await ReportAsync(batch, new RetryReport(0, Gain(4), IsDone: true));
        Assert.Equal(("in_progress", 14L, 6L), Standing(await batch.ProgressAsync()));
        Assert.DoesNotContain("FinishBatch", batch.Calls);
        await ReportAsync(batch, new RetryReport(1, Gain(6), IsDone: true));
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "RunShard :1", "AuditBatch", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal(("completed", batch.Host.Now), (batch.Ending.Status, batch.Ending.FinalizingAt));
    }

    [Fact]
    public async Task Reports_NoneComes_AuditsWhenTheTimeIsOver()
    {
        await using var batch = Waiting(slices: 1, out var by);

        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1", by);
        batch.Host.Time.Advance(by - batch.Host.Now - TimeSpan.FromMilliseconds(1));
        await batch.Host.IdleAsync("b1");
        Assert.Single(batch.Calls, "AuditBatch");
        batch.Host.Time.Advance(TimeSpan.FromMilliseconds(1));
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "AuditBatch", "AuditBatch", "FinishBatch"], batch.Calls);
    }

    [Fact]
    public async Task Reports_ComeWhileShardsRun_AreCounted()
    {
        await using var batch = new FakeBatch(shards: 2, window: 2);
        var passes = batch.Host.Hold(nameof(RunShard));
        batch.OnPass = run => run.Shard == 0 ? InQueue() : PassResult.Settled(FakeBatch.Ten);

        await batch.StartAsync();
        await passes.HoldsAsync(2);
        passes.Release(run => ((ShardRun)run!).Shard == 0);
        await batch.Host.EndAsync("b1:0");
        await batch.Host.IdleAsync("b1");
        Assert.Equal(("in_progress", 4L, 6L), Standing(await batch.ProgressAsync()));
        await ReportAsync(batch, new RetryReport(0, Gain(5), IsDone: false));
        Assert.Equal(("in_progress", 9L, 1L), Standing(await batch.ProgressAsync()));
        passes.Open();
        await batch.EndAsync();

        Assert.Equal("completed", batch.Ending.Status);
    }

    [Fact]
    public async Task Report_ComesWhileItIsAudited_IsNotLost()
    {
        await using var batch = Waiting(slices: 1, out _);
        var audits = batch.Host.Hold(nameof(AuditBatch));

        await batch.StartAsync();
        await audits.HoldsAsync();
        await ReportAsync(batch, new RetryReport(0, Gain(6), IsDone: true));
        audits.Open();
        await batch.EndAsync(); // The clock stands still, so nothing waited for the time limit.

        Assert.Equal(["PlanBatch", "RunShard :0", "AuditBatch", "AuditBatch", "FinishBatch"], batch.Calls);
    }

    [Fact]
    public async Task Report_SaysStopWhileTheBatchWaits_Stops()
    {
        await using var batch = Waiting(slices: 2, out var by);

        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1", by);
        await ReportAsync(batch, new RetryReport(0, Tally.Zero, IsDone: false, "the key was refused"));
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "RunShard :1", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal(("stopped", "the key was refused", null), (batch.Ending.Status, batch.Ending.Reason, batch.Ending.FinalizingAt));
    }

    [Fact]
    public async Task Report_SaysStopWhileAShardSleeps_EndsIt()
    {
        await using var batch = new FakeBatch(shards: 1);
        batch.OnPass = _ => FakeBatch.ComeBack(batch.Host.Now.AddHours(1));

        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1:0", batch.Host.Now.AddHours(1));
        await ReportAsync(batch, new RetryReport(3, Tally.Zero, IsDone: true, "the key was refused"));
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "FinishBatch"], batch.Calls);
        Assert.Equal(("stopped", "the key was refused"), (batch.Ending.Status, batch.Ending.Reason));
    }

    [Fact]
    public async Task Close_WhileTheBatchWaits_RunsTheShardsThatWaitedAndCancels()
    {
        await using var batch = Waiting(slices: 1, out var by);
        var first = batch.OnAudit;
        var audits = 0;
        batch.OnAudit = id => ++audits switch
        {
            1 => first(id),
            2 => new Audit([0], Tally.Zero, Closing: "cancelled"), // A slice is no excuse for a batch that is being closed.
            _ => new Audit([], batch.SettledOf(id), Closing: "cancelled"),
        };
        batch.OnPass = _ => audits == 0 ? InQueue() : FakeBatch.Unrun();

        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1", by);
        await batch.CloseAsync();
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "AuditBatch", "AuditBatch", "RunShard :0", "AuditBatch", "FinishBatch"], batch.Calls);
        Assert.Equal("cancelled", batch.Ending.Status);
    }

    [Fact]
    public async Task Reports_ByTheHundred_AreReadInGenerations()
    {
        await using var batch = new FakeBatch(shards: 1);
        var audits = batch.Host.Hold(nameof(AuditBatch));
        var by = batch.Host.Now.AddHours(1);
        var found = 0;
        batch.OnPass = _ => InQueue();
        batch.OnAudit = id =>
            ++found == 3 ? new Audit([], batch.SettledOf(id)) : new Audit([], Gain(4)) { Tickets = 1, InRetry = 6, RetryBy = by };

        await batch.StartAsync();
        await audits.HoldsAsync();
        audits.Release();
        await batch.Host.SleepsAsync("b1", by);
        for (var i = 0; i < 200; i++)
        {
            await batch.Host.Client.RaiseEventAsync("b1", BatchOrchestrator.RetriedEvent, new RetryReport(0, Tally.Zero, IsDone: false));
        }

        await audits.HoldsAsync(); // The clock stands still: it is the number of reports that ended the generation.
        Assert.Equal(2, batch.Calls.Count(c => c == "AuditBatch"));
        audits.Release();
        await batch.Host.SleepsAsync("b1", by);
        await ReportAsync(batch, new RetryReport(0, Gain(6), IsDone: true));
        audits.Open();
        await batch.EndAsync();

        Assert.Equal(["PlanBatch", "RunShard :0", "AuditBatch", "AuditBatch", "AuditBatch", "FinishBatch"], batch.Calls);
    }

    // A batch with so many shards, each with six of ten items in the queue; the second audit finds everything settled.
    private static FakeBatch Waiting(int slices, out DateTimeOffset by)
    {
        var batch = new FakeBatch(shards: slices);
        var (audits, until) = (0, batch.Host.Now.AddHours(2));
        batch.OnPass = _ => InQueue();
        batch.OnAudit = id => audits++ == 0
            ? new Audit([], Gain(4 * slices)) { Tickets = slices, InRetry = 6 * slices, RetryBy = until }
            : new Audit([], Gain(10 * slices));
        by = until;
        return batch;
    }

    private static PassResult InQueue() => FakeBatch.ComeBack(default) with { IsInRetry = true, Tally = Gain(4), Left = 6 };

    private static Tally Gain(long results) => Tally.Zero with { Completed = results };

    private static (string Status, long Settled, long InRetry) Standing(BatchProgress? progress) =>
        (progress!.Status, progress.Settled.Settled, progress.InRetry);

    private static Task ReportAsync(FakeBatch batch, RetryReport report) =>
        batch.Host.RaiseAsync("b1", BatchOrchestrator.RetriedEvent, report);
}
