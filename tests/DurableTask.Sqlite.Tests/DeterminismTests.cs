namespace DurableTask.Sqlite.Tests;

public sealed class DeterminismTests
{
    private static CancellationToken Cancel => DurableHost.Cancel;

    private static readonly Dictionary<string, Func<TaskOrchestrationContext, Task>> Changed = new()
    {
        ["other kind"] = c => c.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None),
        ["other name"] = c => c.CallActivityAsync("B"),
        ["returns"] = c => Task.CompletedTask,
        ["waits"] = c => c.WaitForExternalEvent<string>("go"),
    };

    [Theory]
    [InlineData("other kind", "scheduled an activity task with sequence number 0 named 'A', but the current orchestration replay instead produced a CreateTimerOrchestratorAction")]
    [InlineData("other name", "scheduled an activity task with sequence number 0 named 'A', but the current orchestration replay instead")]
    [InlineData("returns", "scheduled an activity task with sequence ID 0 and name 'A' (version ''), but the current replay execution hasn't (yet?) scheduled this task")]
    [InlineData("waits", "scheduled an activity task with sequence ID 0 and name 'A' (version ''), but the current replay execution hasn't (yet?) scheduled this task")]
    public async Task Replay_CodeWasChanged_FailsNamingTheStep(string change, string expected)
    {
        var database = DurableHost.NewDatabase();
        await using (var before = await new DurableHost(database: database)
            .Activity<string>("A", _ => 1)
            .Orchestrator("X", async c =>
            {
                await c.CallActivityAsync("A");
                await c.WaitForExternalEvent<string>("go");
                return null;
            })
            .StartAsync())
        {
            await before.Client.ScheduleNewOrchestrationInstanceAsync("X", new StartOrchestrationOptions("Y"), Cancel);
            await before.UntilAsync(() => before.Count("SELECT COUNT(*) FROM history WHERE kind = 5") == 1);
        }

        await using (var after = await new DurableHost(database: database)
            .Activity<string>("A", _ => 1)
            .Orchestrator("X", async c =>
            {
                await Changed[change](c);
                return null;
            })
            .StartAsync())
        {
            await after.Client.RaiseEventAsync("Y", "go", Cancel);

            var end = await after.EndAsync("Y");
            Assert.Contains(expected, end.FailureDetails!.ErrorMessage);
            Assert.True(end.FailureDetails.IsCausedBy<DurableTask.Core.Exceptions.NonDeterministicOrchestrationException>());
        }

        DurableHost.Delete(database);
    }

    [Fact]
    public async Task Replay_CodeDecidesByItsOwnState_IsCaughtAlsoIfItSwallowsExceptions()
    {
        var turn = 0;
        await using var host = await new DurableHost(DurableHost.Replayed)
            .Activity<string>("A", _ => 1)
            .Activity<string>("B", _ => 1)
            .Orchestrator("X", async c =>
            {
                try
                {
                    await c.CallActivityAsync(turn++ == 0 ? "A" : "B");
                }
                catch (Exception)
                {
                    return "swallowed";
                }

                return "unnoticed";
            })
            .StartAsync();

        var end = await host.RunAsync("X", null, new("Y"));

        Assert.Contains("scheduled an activity task with sequence number 0 named 'A'", end.FailureDetails!.ErrorMessage);
    }
}
