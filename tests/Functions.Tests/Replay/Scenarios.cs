using Drover.Batches;
using Drover.Functions.Orchestration;
using Drover.Functions.Tests.Hosting;
using Drover.Functions.Tests.Orchestration;
using Drover.Functions.Uploads;
using Drover.Functions.Webhooks;
using Drover.Retries;
using Drover.Shards;
using Drover.Stages;
using Drover.Uploads;

namespace Drover.Functions.Tests.Replay;

/// <summary>The runs whose histories are recorded: one for each way that an orchestrator can take.</summary>
internal static class Scenarios
{
    public static IReadOnlyDictionary<string, Func<Action<OrchestratorHost>, Task>> All { get; } =
        new Dictionary<string, Func<Action<OrchestratorHost>, Task>>
        {
            ["completed"] = see => BatchAsync(see, 3, 2, _ => { }, b => b.RunAsync()),
            ["plan-problem"] = see => BatchAsync(
                see, 0, 1, b => b.Plan = b.Plan with { Problem = "The input is empty.", ProblemCode = "empty_batch" }, b => b.RunAsync()),
            ["planning-throws"] = see => BatchAsync(see, 1, 1, b => b.OnPlan = _ => throw new IOException("disk"), b => TimersAsync(b, 9)),
            ["shard-stops"] = see => BatchAsync(
                see, 3, 2,
                b => b.OnPass = run => run.Shard == 1 ? FakeBatch.StopsWith("refused") : FakeBatch.ComeBack(b.Host.Now.AddHours(1)),
                b => b.RunAsync()),
            ["shard-throws"] = see => BatchAsync(see, 2, 1, b => b.OnPass = _ => throw new IOException("disk"), b => TimersAsync(b, 9)),
            ["cancelled"] = see => BatchAsync(see, 3, 2, PassesUntilClosed, CloseAsync),
            ["expired"] = see => BatchAsync(see, 2, 2, b => b.OnPass = _ => FakeBatch.Unrun(), b => b.RunAsync()),
            ["audit-short"] = see => BatchAsync(see, 3, 2, b => ShortAudits(b, 1), b => b.RunAsync()),
            ["audit-short-always"] = see => BatchAsync(see, 1, 1, b => ShortAudits(b, 100), b => b.RunAsync()),
            ["audit-problem"] = see =>
                BatchAsync(see, 1, 1, b => b.OnAudit = _ => new Audit([], Tally.Zero, "The plan is gone."), b => b.RunAsync()),
            ["retry-queue"] = see => BatchAsync(see, 2, 2, Retried, ReportAsync),
            ["retry-queue-silent"] = see => BatchAsync(see, 1, 1, Retried, SilentAsync),
            ["reopened"] = see =>
                BatchAsync(see, 1, 1, _ => { }, b => b.RunAsync(new BatchRun(FakeBatch.Id) { Reopen = ["rate_limit_exceeded"] })),
            ["many-passes"] = see => BatchAsync(see, 1, 1, b => b.OnPass = ManyPasses(b), b => TimersAsync(b, 29)),
            ["many-shards"] = see => BatchAsync(see, 203, 30, _ => { }, b => b.RunAsync(), quick: true),
            ["stages"] = see => BatchAsync(see, 2, 2, Staged, b => b.RunAsync()),
            ["stages-cancelled"] = see => BatchAsync(see, 2, 2, StagedUntilClosed, CloseStageAsync),
            ["stages-lost"] = see => BatchAsync(see, 1, 1, StagedAndLost, b => b.RunAsync()),
            ["images-gathered"] = GatherAsync,
            ["image-results"] = ResultsAsync,
            ["webhook"] = WebhookAsync,
        };

    private static async Task BatchAsync(
        Action<OrchestratorHost> see, int shards, int window, Action<FakeBatch> arrange, Func<FakeBatch, Task> act, bool quick = false)
    {
        await using var batch = new FakeBatch(shards, window);
        arrange(batch);
        await WatchAsync(batch.Host, see, quick, () => act(batch));
    }

    // The last look is before the host goes. Of a run with hundreds of shards, some looks are enough.
    private static async Task WatchAsync(OrchestratorHost host, Action<OrchestratorHost> see, bool quick, Func<Task> act)
    {
        see(host);
        var (look, calls) = (host.Called!, 0);
        if (quick)
        {
            host.Called = () => Interlocked.Increment(ref calls) % 50 == 0 ? look() : Task.CompletedTask;
        }

        await act();
        await look();
    }

    private static async Task TimersAsync(FakeBatch batch, int timers)
    {
        await batch.StartAsync();
        for (var i = 0; i < timers; i++)
        {
            await batch.Host.NextTimerAsync();
        }

        await batch.EndAsync();
    }

    private static void PassesUntilClosed(FakeBatch batch) =>
        batch.OnPass = run => run.Pass == 1 && run.Shard < 2 ? FakeBatch.ComeBack(batch.Host.Now.AddHours(1)) : FakeBatch.Unrun();

    private static async Task CloseAsync(FakeBatch batch)
    {
        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1:0", batch.Host.Now.AddHours(1));
        await batch.Host.SleepsAsync("b1:1", batch.Host.Now.AddHours(1));
        await batch.CloseAsync();
        await batch.EndAsync();
    }

    private static void ShortAudits(FakeBatch batch, int times)
    {
        var audits = 0;
        var whole = batch.OnAudit;
        batch.OnAudit = id => audits++ < times ? new Audit([batch.Plan.Shards - 1], FakeBatch.Ten) : whole(id);
    }

    private static void Retried(FakeBatch batch)
    {
        var audits = 0;
        var whole = batch.OnAudit;
        batch.OnPass = run => run.Shard == 0 ? FakeBatch.ComeBack(default) with { IsInRetry = true } : PassResult.Settled(FakeBatch.Ten);
        batch.OnAudit = id => audits++ == 0
            ? new Audit([], FakeBatch.Ten) { Tickets = 1, InRetry = 6, RetryBy = batch.Host.Now.AddHours(2) }
            : whole(id);
    }

    private static async Task ReportAsync(FakeBatch batch)
    {
        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1", batch.Host.Now.AddHours(2));
        await batch.Host.RaiseAsync(
            "b1", BatchOrchestrator.RetriedEvent, new RetryReport(0, Tally.Zero with { Completed = 2 }, IsDone: false));
        await batch.Host.RaiseAsync(
            "b1", BatchOrchestrator.RetriedEvent, new RetryReport(0, Tally.Zero with { Completed = 4 }, IsDone: true));
        await batch.EndAsync();
    }

    private static async Task SilentAsync(FakeBatch batch)
    {
        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1", batch.Host.Now.AddHours(2));
        batch.Host.Time.Advance(TimeSpan.FromHours(2));
        await batch.EndAsync();
    }

    private static Func<ShardRun, PassResult> ManyPasses(FakeBatch batch)
    {
        var passes = 0;
        return _ =>
            ++passes == 30
            ? PassResult.Settled(FakeBatch.Ten)
            : FakeBatch.ComeBack(batch.Host.Now.AddMinutes(1)) with { IsWholePass = passes % 2 == 0, Next = 5 };
    }

    private static void Staged(FakeBatch batch)
    {
        var shards = batch.Plan;
        batch.OnPlan = id => id == FakeBatch.Id ? new BatchPlan(0, 20, 0, 2) { Stage = 1 } : shards;
        batch.OnAdvance = run => new StageAdvance(run.Stage == 2 || run.Closing is not null, false, FakeBatch.Ten);
    }

    private static void StagedUntilClosed(FakeBatch batch)
    {
        Staged(batch);
        PassesUntilClosed(batch);
    }

    private static async Task CloseStageAsync(FakeBatch batch)
    {
        await batch.StartAsync();
        await batch.Host.SleepsAsync("b1~1:0", batch.Host.Now.AddHours(1));
        await batch.Host.SleepsAsync("b1~1:1", batch.Host.Now.AddHours(1));
        await batch.CloseAsync();
        await batch.EndAsync();
    }

    private static void StagedAndLost(FakeBatch batch)
    {
        Staged(batch);
        var advances = 0;
        batch.OnAdvance = run => new StageAdvance(true, advances++ == 0, FakeBatch.Ten);
    }

    private static async Task GatherAsync(Action<OrchestratorHost> see)
    {
        await using var host = new OrchestratorHost();
        var looks = 0;
        host.Answer<Gathering>(nameof(GatherImages), _ => ++looks switch
        {
            1 => new Gathered(3, false, TimeSpan.FromSeconds(5)),
            2 => new Gathered(3, true, default),
            _ => new Gathered(0, false, default),
        });
        host.Answer<string>(nameof(StartImageBatch), _ => null);
        await WatchAsync(host, see, quick: false, async () =>
        {
            await host.StartAsync(nameof(ImageGatherOrchestrator), null, "image-gathering");
            await host.NextTimerAsync();
            await host.EndAsync("image-gathering");
        });
    }

    private static async Task ResultsAsync(Action<OrchestratorHost> see)
    {
        await using var host = new OrchestratorHost();
        var looks = 0;
        host.Answer<ImageResultRun>(
            nameof(WriteImageResults), run => run with { IsOver = ++looks == 52, Done = new Dictionary<string, int> { ["0"] = looks } });
        await WatchAsync(host, see, quick: false, async () =>
        {
            await host.StartAsync(nameof(ImageResultOrchestrator), new ImageResultRun("images-1"), "images-1-results");
            for (var i = 0; i < 51; i++)
            {
                await host.NextTimerAsync();
            }

            await host.EndAsync("images-1-results");
        });
    }

    private static async Task WebhookAsync(Action<OrchestratorHost> see)
    {
        await using var host = new OrchestratorHost();
        var tries = 0;
        host.Answer<BatchEvent>(nameof(SendWebhook), _ => ++tries < 3 ? throw new HttpRequestException("503") : null);
        await WatchAsync(host, see, quick: false, async () =>
        {
            await host.StartAsync(nameof(WebhookOrchestrator), BatchEvent.Of("b1", BatchStatus.Completed, host.Now, host.Now), "evt_1");
            await host.NextTimerAsync();
            await host.NextTimerAsync();
            await host.EndAsync("evt_1");
        });
    }
}
