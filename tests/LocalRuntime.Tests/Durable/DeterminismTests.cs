namespace Drover.LocalRuntime.Tests.Durable;

public sealed class DeterminismTests
{
    private static CancellationToken Cancel => DurableHost.Cancel;

    private static readonly Dictionary<string, Func<TaskOrchestrationContext, Task>> Changed = new()
    {
        ["other kind"] = c => c.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None),
        ["other name"] = c => c.CallActivityAsync("B"),
        ["returns"] = c => Task.CompletedTask,
        ["waits"] = c => c.WaitForExternalEvent<string>("go"),
        ["one more"] = async c =>
        {
            var first = c.CallActivityAsync("A");
            c.SendEvent("x", "y", 1);
            await first;
            await c.WaitForExternalEvent<string>("go");
        },
        ["ends early"] = c => c.CallActivityAsync("A"),
        ["more at the end"] = async c =>
        {
            await c.CallActivityAsync("A");
            _ = c.CallActivityAsync("A");
            await c.WaitForExternalEvent<string>("go");
        },
    };

    [Theory]
    [InlineData("other kind", "history has step 0 = activity 'A', the code asked for a timer.")]
    [InlineData("other name", "history has step 0 = activity 'A', the code asked for activity 'B'.")]
    [InlineData("returns", "history has step 0 = activity 'A', the code finished without asking for it.")]
    [InlineData("waits", "history has step 0 = activity 'A', the code waits without asking for it.")]
    [InlineData("one more", "history has no step 1 at this point, the code asked for sending event 'y'.")]
    [InlineData("ends early", "history shows it waiting after 1 steps, the code finished.")]
    [InlineData("more at the end", "history has no step 1 at this point, the code asked for activity 'A'.")]
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
            await before.UntilAsync(() => before.Count("SELECT COUNT(*) FROM history WHERE kind = 10") == 1);
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
            Assert.Equal($"Non-deterministic orchestrator 'X' (instance 'Y'): {expected}", end.FailureDetails!.ErrorMessage);
            Assert.True(end.FailureDetails.IsCausedBy<NonDeterministicOrchestrationException>());
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

        Assert.EndsWith("history has step 0 = activity 'A', the code asked for activity 'B'.", end.FailureDetails!.ErrorMessage);
    }

    [Theory]
    [InlineData(DurableHost.Live, "delay")]
    [InlineData(DurableHost.Replayed, "delay")]
    [InlineData(DurableHost.Live, "delay beside an event")]
    [InlineData(DurableHost.Replayed, "delay beside an event")]
    [InlineData(DurableHost.Live, "run")]
    [InlineData(DurableHost.Live, "thread after await")]
    [InlineData(DurableHost.Live, "no context")]
    public async Task Await_SomethingForeign_FailsTheInstanceInsteadOfHanging(int cached, string what)
    {
        await using var host = await new DurableHost(cached)
            .Activity<string>("A", _ => 1)
            .Orchestrator("X", async c =>
            {
                switch (what)
                {
                    case "delay":
                        await Task.Delay(20, Cancel);
                        break;
                    case "delay beside an event":
                        await Task.WhenAny(c.WaitForExternalEvent<string>("never"), Task.Delay(20, Cancel));
                        break;
                    case "run":
                        await Task.Run(() => Thread.Sleep(20), Cancel);
                        break;
                    case "thread after await":
                        await c.CallActivityAsync("A");
                        await Task.Delay(20, Cancel).ConfigureAwait(false);
                        await c.CallActivityAsync("A");
                        break;
                    case "no context":
                        await c.CallActivityAsync("A").ConfigureAwait(false);
                        await c.CallActivityAsync("A");
                        break;
                }

                return null;
            })
            .StartAsync();

        var end = await host.RunAsync("X");

        Assert.Contains("awaited something that is not durable", end.FailureDetails!.ErrorMessage);
    }
}
