using Drover.Functions.Orchestration;
using Drover.Functions.Tests.Hosting;
using Drover.Shards;

namespace Drover.Functions.Tests.Replay;

/// <summary>The replay tests can fail: orchestrators that were changed are caught.</summary>
public sealed class ReplayerTests
{
    [Fact]
    public void FindDifference_CopyOfTheOrchestrator_FindsNone() => Assert.Null(Find("many-passes", new ShardCopy()));

    [Fact]
    public void FindDifference_OtherActivity_NamesOrchestratorInstanceAndStep()
    {
        var difference = Find("many-passes", new ShardCopy { Activity = "RunShards" });

        Assert.StartsWith(
            "ShardOrchestrator, instance 'b1:0', turn 1, step 0: the history has the activity 'RunShard', the code asks for the activity 'RunShards'.",
            difference);
    }

    [Fact]
    public void FindDifference_OneMoreStepAtTheBegin_IsCaught()
    {
        var difference = Find(
            "many-passes", new ShardCopy { Before = c => c.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None) });

        Assert.StartsWith(
            "ShardOrchestrator, instance 'b1:0', turn 1, step 0: the history has the activity 'RunShard', the code asks for a timer until ",
            difference);
    }

    [Fact]
    public void FindDifference_OneMoreStepAtTheEnd_IsCaught()
    {
        var difference = Find("completed", new ShardCopy { After = c => c.CallActivityAsync("Tidy") });

        Assert.Equal(
            "ShardOrchestrator, instance 'b1:0', turn 2, step 1: the history has the end 'Completed', the code asks for the activity 'Tidy'.",
            difference);
    }

    [Fact]
    public void FindDifference_OneStepLess_IsCaught()
    {
        var difference = Find("many-passes", new ShardCopy { Sleeps = false });

        Assert.StartsWith(
            "ShardOrchestrator, instance 'b1:0', turn 2, step 1: the history has a timer until 2030-01-01T00:01:00.0000000Z, the code asks for the activity 'RunShard'.",
            difference);
    }

    [Fact]
    public void FindDifference_OtherTime_IsCaughtAlthoughTheFrameworkAllowsIt() =>
        Assert.Contains("the history has a timer until 2030-01-01T00:01:00.0000000Z, the code asks for a timer until 2030-01-01T00:01:05.0000000Z.",
            Find("many-passes", new ShardCopy { Later = TimeSpan.FromSeconds(5) }));

    [Fact]
    public void FindDifference_OtherResult_IsCaught() =>
        Assert.Contains(
            "step 1: the history has the end 'Completed' with ",
            Find("completed", new ShardCopy { Outcome = o => o with { IsSettled = false } }));

    [Fact]
    public void FindDifference_ChangeBehindTheHistorysEnd_IsNone()
    {
        var whole = Recorded("many-passes");

        // What an instance has before it that is not there yet may be anything.
        Assert.Null(Find(whole.Cut(turns: 1), new ShardCopy { Sleeps = false }));
        Assert.NotNull(Find(whole.Cut(turns: 2), new ShardCopy { Sleeps = false }));
    }

    [Fact]
    public void FindDifference_FrameworkRefusesTheHistory_SaysSo()
    {
        // Code that decides by something else than its history: it goes another way when it is replayed.
        var turn = 0;
        var difference = Find(
            "many-passes", new ShardCopy { Before = c => ++turn == 1 ? Task.CompletedTask : c.CallActivityAsync("Other") });

        Assert.StartsWith(
            "ShardOrchestrator, instance 'b1:0', turn 2, Non-Deterministic workflow detected: A previous execution of this orchestration scheduled an activity task with sequence number 0 named 'RunShard'",
            difference);
    }

    [Fact]
    public void FindDifference_OrchestratorIsGone_SaysSo() => Assert.Equal(
        "There is no orchestrator 'ShardOrchestrator' any more, but 'b1:0' runs on it.",
        new Replayer(new Dictionary<string, Orchestrator>()).FindDifference(Recorded("completed")));

    [Theory]
    [MemberData(nameof(ReplayTests.Names), MemberType = typeof(ReplayTests))]
    public void FindDifference_HistoryCutAfterAnyTurn_FindsNone(string scenario)
    {
        var replayer = new Replayer(Orchestrator.All);
        foreach (var history in RecordedHistory.Load(Path.Combine(RecordedHistory.Folder, $"{scenario}.json")))
        {
            var turns = history.TurnBegins().Count;
            Assert.All([1, turns / 2, turns - 1], t => Assert.Null(replayer.FindDifference(history.Cut(t))));
        }
    }

    private static RecordedHistory Recorded(string scenario) =>
        RecordedHistory.Load(Path.Combine(RecordedHistory.Folder, $"{scenario}.json"))
        .First(h => h.Name == nameof(ShardOrchestrator));

    private static string? Find(string scenario, ShardCopy copy) => Find(Recorded(scenario), copy);

    private static string? Find(RecordedHistory history, ShardCopy copy)
    {
        var changed = new Orchestrator(
            nameof(ShardOrchestrator), typeof(ShardRun), async (context, run) => await copy.RunAsync(context, (ShardRun)run!));
        return new Replayer(new Dictionary<string, Orchestrator> { [changed.Name] = changed }).FindDifference(history);
    }

    /// <summary>The way of <see cref="ShardOrchestrator"/> without its events, and what can be changed about it.</summary>
    private sealed class ShardCopy
    {
        public string Activity { get; init; } = nameof(RunShard);

        public bool Sleeps { get; init; } = true;

        public TimeSpan Later { get; init; }

        public Func<TaskOrchestrationContext, Task> Before { get; init; } = _ => Task.CompletedTask;

        public Func<TaskOrchestrationContext, Task> After { get; init; } = _ => Task.CompletedTask;

        public Func<ShardOutcome, ShardOutcome> Outcome { get; init; } = o => o;

        public async Task<ShardOutcome> RunAsync(TaskOrchestrationContext context, ShardRun run)
        {
            await Before(context);
            for (var i = 0; i < 25; i++)
            {
                var pass = await context.CallActivityAsync<PassResult>(Activity, run);
                if (pass.IsSettled)
                {
                    await After(context);
                    return Outcome(new ShardOutcome(true, pass.Tally, null));
                }

                if (Sleeps)
                {
                    await context.CreateTimer(pass.ComeBackAt.UtcDateTime + Later, CancellationToken.None);
                }
            }

            context.ContinueAsNew(run);
            return null!;
        }
    }
}
