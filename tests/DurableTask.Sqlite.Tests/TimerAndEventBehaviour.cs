namespace DurableTask.Sqlite.Tests;

public abstract class TimerAndEventBehaviour(int cached)
{
    [Fact]
    public async Task CreateTimer_TimeComes_GoesOnAtThatTime()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Sleep", async c =>
            {
                var before = c.CurrentUtcDateTime;
                await c.CreateTimer(TimeSpan.FromDays(90), CancellationToken.None);
                return c.CurrentUtcDateTime - before;
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Sleep", DurableHost.Cancel);
        await host.IdleAsync(id);

        host.Time.Advance(TimeSpan.FromDays(89.9));
        await host.UntilAsync(id, i => i.IsRunning);
        host.Time.Advance(TimeSpan.FromDays(0.1));

        Assert.Equal(TimeSpan.FromDays(90), (await host.EndAsync(id)).ReadOutputAs<TimeSpan>());
    }

    [Fact]
    public async Task CreateTimer_Cancelled_ThrowsAndLetsTheInstanceEnd()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Cancel", async c =>
            {
                using var stop = new CancellationTokenSource();
                var timer = c.CreateTimer(TimeSpan.FromDays(1), stop.Token);
                await c.WaitForExternalEvent<string>("go");
                stop.Cancel();
                await Assert.ThrowsAnyAsync<TaskCanceledException>(() => timer);
                return await c.WaitForExternalEvent<string>("end");
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Cancel", DurableHost.Cancel);
        await host.Client.RaiseEventAsync(id, "go", "x", DurableHost.Cancel);
        await host.IdleAsync(id);
        await host.Client.RaiseEventAsync(id, "end", "ended", DurableHost.Cancel);

        Assert.Equal("ended", (await host.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(0, Timers(host));
    }

    [Fact]
    public async Task WaitForExternalEvent_ManyEarlyOnes_GivesThemInOrderInAnyCase()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Collect", async c =>
            {
                await c.WaitForExternalEvent<string>("begin");
                var got = new List<int>();
                for (var i = 0; i < 5; i++)
                    got.Add(await c.WaitForExternalEvent<int>("NUMBER"));
                return got;
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Collect", DurableHost.Cancel);
        for (var i = 0; i < 5; i++)
            await host.Client.RaiseEventAsync(id, "number", i, DurableHost.Cancel);
        await host.Client.RaiseEventAsync(id, "begin", DurableHost.Cancel);

        Assert.Equal("[0,1,2,3,4]", (await host.EndAsync(id)).SerializedOutput);
    }

    [Fact]
    public async Task WaitForExternalEvent_TimesOut_ThrowsTaskCanceled()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Wait", async c =>
            {
                try
                {
                    return await c.WaitForExternalEvent<string>("never", TimeSpan.FromHours(2));
                }
                catch (TaskCanceledException)
                {
                    return "timed out";
                }
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", DurableHost.Cancel);

        Assert.Equal("timed out", (await host.EndAsync(id, TimeSpan.FromMinutes(30))).ReadOutputAs<string>());
    }

    [Fact]
    public async Task WaitForExternalEvent_ArrivesInTime_TheTimerChangesNothingAndGoesAtTheEnd()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Wait", async c =>
            {
                var got = await c.WaitForExternalEvent<string>("go", TimeSpan.FromHours(2));
                return got + await c.WaitForExternalEvent<string>("end");
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", DurableHost.Cancel);
        await host.Client.RaiseEventAsync(id, "go", "a", DurableHost.Cancel);
        await host.IdleAsync(id);
        // The framework does not tell the provider of a cancelled timer: it fires, and is ignored.
        host.Time.Advance(TimeSpan.FromHours(3));
        await host.IdleAsync(id);
        Assert.False((await host.Client.GetInstanceAsync(id, DurableHost.Cancel))!.IsCompleted);
        await host.Client.RaiseEventAsync(id, "end", "b", DurableHost.Cancel);

        Assert.Equal("ab", (await host.EndAsync(id)).ReadOutputAs<string>());
        Assert.Equal(0, Timers(host));
    }

    [Fact]
    public async Task WaitForExternalEvent_WaiterCancelled_LeavesTheEventToTheNext()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Wait", async c =>
            {
                using var stop = new CancellationTokenSource();
                var abandoned = c.WaitForExternalEvent<string>("go", stop.Token);
                stop.Cancel();
                await c.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
                return (await c.WaitForExternalEvent<string>("go")) + abandoned.IsCanceled;
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", DurableHost.Cancel);
        await host.Client.RaiseEventAsync(id, "go", "kept", DurableHost.Cancel);

        Assert.Equal("keptTrue", (await host.EndAsync(id, TimeSpan.FromMinutes(1))).ReadOutputAs<string>());
    }

    [Fact]
    public async Task WaitForExternalEvent_TwoWaiters_ServesTheNewestFirst()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Wait", async c =>
            {
                var older = c.WaitForExternalEvent<string>("go");
                var newer = c.WaitForExternalEvent<string>("go");
                return $"{await newer}{older.IsCompleted}{await older}";
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", DurableHost.Cancel);
        await host.Client.RaiseEventAsync(id, "go", "1", DurableHost.Cancel);
        await host.IdleAsync(id);
        await host.Client.RaiseEventAsync(id, "go", "2", DurableHost.Cancel);

        Assert.Equal("1False2", (await host.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task WaitForExternalEvent_PayloadOfAnotherType_FailsTheWaiter()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Wait", async c => await c.WaitForExternalEvent<int>("go"))
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", DurableHost.Cancel);
        await host.Client.RaiseEventAsync(id, "go", "not a number", DurableHost.Cancel);

        Assert.Equal("System.Text.Json.JsonException", (await host.EndAsync(id)).FailureDetails!.ErrorType);
    }

    [Theory]
    [InlineData(null, "timer of 2 m")]
    [InlineData(1, "event")]
    public async Task WhenAny_TwoTimersAndAnEventRace_TheFirstWins(int? eventAfterMinutes, string winner)
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Race", async c =>
            {
                using var stop = new CancellationTokenSource();
                var slow = c.CreateTimer(TimeSpan.FromMinutes(3), stop.Token);
                var quick = c.CreateTimer(TimeSpan.FromMinutes(2), stop.Token);
                var go = c.WaitForExternalEvent<string>("go", stop.Token);
                var first = await Task.WhenAny(slow, quick, go);
                stop.Cancel();
                return first == go ? "event" : first == quick ? "timer of 2 m" : "timer of 3 m";
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Race", DurableHost.Cancel);
        await host.IdleAsync(id);
        if (eventAfterMinutes is { } minutes)
        {
            host.Time.Advance(TimeSpan.FromMinutes(minutes));
            await host.Client.RaiseEventAsync(id, "go", "x", DurableHost.Cancel);
            await host.IdleAsync(id);
        }

        host.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(winner, (await host.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task SendEvent_ToAnother_IsReceivedAndToNobodyIsIgnored()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Receive", async c => await c.WaitForExternalEvent<string>("hi"))
            .Orchestrator<string>("Send", c =>
            {
                c.SendEvent("nobody", "hi", "x");
                c.SendEvent(c.GetInput<string>()!, "HI", "from " + c.InstanceId);
                return Task.FromResult<object?>(null);
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Receive", DurableHost.Cancel);
        await host.RunAsync("Send", id, new("sender"));

        Assert.Equal("from sender", (await host.EndAsync(id)).ReadOutputAs<string>());
    }

    private static long Timers(DurableHost host) => host.Count("SELECT COUNT(*) FROM messages WHERE deliver_at > 0");
}

public sealed class TimerAndEventTestsLive() : TimerAndEventBehaviour(DurableHost.Live);

public sealed class TimerAndEventTestsReplayed() : TimerAndEventBehaviour(DurableHost.Replayed);
