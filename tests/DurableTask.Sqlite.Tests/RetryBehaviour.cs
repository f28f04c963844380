namespace DurableTask.Sqlite.Tests;

public abstract class RetryBehaviour(int cached)
{
    [Fact]
    public async Task Policy_FailsTwice_WaitsByBackoffAndSucceeds()
    {
        var at = new List<DateTimeOffset>();
        await using var host = new DurableHost(cached);
        host.Activity<string>("Flaky", _ =>
        {
            at.Add(host.Time.GetUtcNow());
            return at.Count < 3 ? throw new IOException("again") : "done";
        });
        host.Orchestrator("Try", async c => await c.CallActivityAsync<string>(
            "Flaky", null, TaskOptions.FromRetryPolicy(new(5, TimeSpan.FromMinutes(30), 2))));
        await host.StartAsync();

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Try", DurableHost.Cancel);
        await host.NextTimerAsync();
        await host.NextTimerAsync();
        var end = await host.EndAsync(id);

        Assert.Equal("done", end.ReadOutputAs<string>());
        Assert.Equal([TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(60)], at.Zip(at.Skip(1), (a, b) => b - a));
    }

    [Fact]
    public async Task Policy_AlwaysFails_StopsAfterTheLastAttemptWithoutWaiting()
    {
        var attempts = 0;
        await using var host = new DurableHost(cached);
        host.Activity<string>("Bad", _ => throw new IOException($"attempt {++attempts}"));
        host.Orchestrator("Try", async c => await c.CallActivityAsync<string>(
            "Bad", null, TaskOptions.FromRetryPolicy(new(3, TimeSpan.FromSeconds(1)))));
        await host.StartAsync();

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Try", DurableHost.Cancel);
        var end = await host.EndAsync(id, TimeSpan.FromSeconds(1));

        Assert.Equal(3, attempts);
        Assert.Equal("attempt 3", end.FailureDetails!.InnerFailure!.ErrorMessage);
    }

    [Fact]
    public async Task Policy_FailureNotHandled_IsNotTriedAgain()
    {
        var attempts = 0;
        var policy = new RetryPolicy(3, TimeSpan.FromSeconds(1)) { HandleFailure = f => f.IsCausedBy<TimeoutException>() };
        await using var host = new DurableHost(cached);
        host.Activity<string>("Bad", _ => throw new IOException($"attempt {++attempts}"));
        host.Orchestrator("Try", async c => await c.CallActivityAsync<string>("Bad", TaskOptions.FromRetryPolicy(policy)));
        await host.StartAsync();

        await host.RunAsync("Try");

        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task Handler_DecidesAndWaits_IsFollowed()
    {
        await using var host = new DurableHost(cached);
        var attempts = 0;
        host.Activity<string>("Bad", _ => throw new IOException($"attempt {++attempts}"));
        host.Orchestrator("Try", async c => await c.CallActivityAsync<string>("Bad", TaskOptions.FromRetryHandler(async r =>
        {
            await r.OrchestrationContext.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return r.LastAttemptNumber < 4 && r.LastFailure.IsCausedBy<IOException>();
        })));
        await host.StartAsync();

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Try", DurableHost.Cancel);
        var end = await host.EndAsync(id, TimeSpan.FromMinutes(30));

        Assert.Equal(4, attempts);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
    }

    [Fact]
    public async Task Policy_OfSubOrchestration_StartsTheSameIdAgain()
    {
        var ids = new List<string>();
        await using var host = new DurableHost(cached);
        host.Activity<string>("Note", id =>
        {
            lock (ids)
                ids.Add(id);
            return ids.Count;
        });
        host.Orchestrator("Child", async c =>
            await c.CallActivityAsync<int>("Note", c.InstanceId) < 3 ? throw new IOException("not yet") : "third");
        host.Orchestrator("Parent", async c => await c.CallSubOrchestratorAsync<string>(
            "Child", null, TaskOptions.FromRetryPolicy(new(3, TimeSpan.FromSeconds(1)))));
        await host.StartAsync();

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Parent", DurableHost.Cancel);
        var end = await host.EndAsync(id, TimeSpan.FromSeconds(1));

        Assert.Equal("third", end.ReadOutputAs<string>());
        Assert.Equal(3, ids.Count);
        Assert.Single(ids.Distinct());
    }
}

public sealed class RetryTestsLive() : RetryBehaviour(DurableHost.Live);

public sealed class RetryTestsReplayed() : RetryBehaviour(DurableHost.Replayed);
