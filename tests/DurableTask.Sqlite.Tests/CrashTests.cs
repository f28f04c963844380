using System.Collections.Concurrent;

namespace DurableTask.Sqlite.Tests;

/// <summary>The same orchestration, with the database failing at its n-th commit and from then on, and then started again.</summary>
public sealed class CrashTests
{
    private const string Expected = """["one","two","pong from kid","third time","Ada","timer"]""";

    [Theory]
    [InlineData(DurableHost.Live)]
    [InlineData(DurableHost.Replayed)]
    public async Task Restart_CrashedAtEachCommit_GivesTheSameResult(int cached)
    {
        var crashes = 0;
        for (var n = 1; ; n++)
        {
            var effects = new ConcurrentDictionary<string, int>();
            var database = DurableHost.NewDatabase();
            var time = new ManualTime();
            var crashed = await RunUntilCrashAsync(cached, database, time, effects, n);
            var end = await ResumeAsync(cached, database, time, effects);

            Assert.True(Expected == end.SerializedOutput, $"Crash at commit {n}: {end.SerializedOutput ?? end.FailureDetails?.ToString()}");
            Assert.All(
                ["first", "second", "ping", "flaky"], name => Assert.True(effects[name] >= 1, $"Crash at commit {n}: {name} did not run"));
            Assert.All(effects, e => Assert.InRange(e.Value, 1, e.Key == "flaky" ? 4 : 2));
            DurableHost.Delete(database);
            if (!crashed)
                break;
            crashes++;
        }

        Assert.InRange(crashes, 15, 60);
    }

    private static DurableHost Host(int cached, string database, ManualTime time, ConcurrentDictionary<string, int> effects)
    {
        var host = new DurableHost(cached, database, time);
        host.Activity<string>("Effect", name => Count(name) > 0 ? name switch { "first" => "one", "second" => "two", _ => "pong" } : null);
        host.Activity<string>("Flaky", _ => Count("flaky") < 3 ? throw new IOException("again") : "third time");
        host.Orchestrator("Child", async c => $"{await c.CallActivityAsync<string>("Effect", "ping")} from {c.InstanceId}");
        host.Orchestrator<string>("Main", async c =>
        {
            if (c.GetInput<string>() == "begin")
            {
                c.ContinueAsNew("go on"); // with an event that may have come early
                return null;
            }

            var both = await Task.WhenAll(
                c.CallActivityAsync<string>("Effect", "first"), c.CallActivityAsync<string>("Effect", "second"));
            var child = await c.CallSubOrchestratorAsync<string>("Child", null, new SubOrchestrationOptions(instanceId: "kid"));
            var flaky = await c.CallActivityAsync<string>("Flaky", TaskOptions.FromRetryPolicy(new(5, TimeSpan.FromMinutes(10))));
            var name = await c.WaitForExternalEvent<string>("name", TimeSpan.FromDays(30));
            await c.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return new[] { both[0], both[1], child, flaky, name, "timer" };
        });
        return host;

        int Count(string name) => effects.AddOrUpdate(name, 1, (_, n) => n + 1);
    }

    private static async Task<bool> RunUntilCrashAsync(
        int cached, string database, ManualTime time, ConcurrentDictionary<string, int> effects, int failAt)
    {
        await using var host = Host(cached, database, time, effects);
        var commits = 0;
        host.Engine.Service.Store.EnsureOpen();
        await host.StartAsync();
        host.Engine.Service.Store.CommitFault = () =>
        {
            if (Interlocked.Increment(ref commits) >= failAt)
                throw new IOException("The process was killed.");
        };
        try
        {
            await ScheduleAsync(host);
            var end = host.EndAsync("main");
            while (!end.IsCompleted && !host.Engine.Completion.IsFaulted)
            {
                await Task.WhenAny(end, host.Engine.Completion, Task.Delay(2, DurableHost.Cancel));
                time.Advance(TimeSpan.FromMinutes(10));
            }

            if (end.IsCompletedSuccessfully)
                return false;
        }
        catch (DurableStoreException)
        {
            // The crash met the client.
        }

        await Assert.ThrowsAsync<DurableStoreException>(() => host.Engine.Completion.WaitAsync(DurableHost.Limit, DurableHost.Cancel));
        return true;
    }

    private static async Task<OrchestrationMetadata> ResumeAsync(
        int cached, string database, ManualTime time, ConcurrentDictionary<string, int> effects)
    {
        await using var host = await Host(cached, database, time, effects).StartAsync();
        await ScheduleAsync(host);
        return await host.EndAsync("main", TimeSpan.FromMinutes(10));
    }

    /// <summary>Starts it and sends the event, unless that was confirmed before the crash.</summary>
    private static async Task ScheduleAsync(DurableHost host)
    {
        if (await host.Client.GetInstanceAsync("main", DurableHost.Cancel) is not { } instance)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync(
                "Main", "begin", new StartOrchestrationOptions("main"), DurableHost.Cancel);
            await host.Client.RaiseEventAsync("main", "name", "Ada", DurableHost.Cancel);
        }
        else if (!instance.IsCompleted && host.Count("SELECT COUNT(*) FROM messages WHERE kind = 15")
            + host.Count("SELECT COUNT(*) FROM history WHERE kind = 15 OR data LIKE '%Ada%'")
            + host.Count("SELECT COUNT(*) FROM messages WHERE data LIKE '%Ada%'") == 0)
        {
            await host.Client.RaiseEventAsync("main", "name", "Ada", DurableHost.Cancel);
        }
    }
}
