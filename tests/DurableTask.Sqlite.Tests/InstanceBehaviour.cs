using OrchestrationAlreadyExistsException = DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException;

namespace DurableTask.Sqlite.Tests;

public abstract class InstanceBehaviour(int cached)
{
    private static CancellationToken Cancel => DurableHost.Cancel;

    [Fact]
    public async Task CallSubOrchestrator_GivenId_ReturnsItsResultAndKnowsItsParent()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Child", c => Task.FromResult<object?>($"{c.InstanceId} of {c.Parent!.Name} {c.Parent.InstanceId} v{c.Version}"))
            .Orchestrator("Parent", async c => await c.CallSubOrchestratorAsync<string>(
                "Child", null, new SubOrchestrationOptions(instanceId: "kid") { Version = "2" }))
            .StartAsync();

        var end = await host.RunAsync("Parent", null, new("mum"));

        Assert.Equal("kid of Parent mum v2", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task CallSubOrchestrator_ManyWithoutIds_RunSideBySide()
    {
        await using var host = await new DurableHost(cached)
            .Activity<int>("Double", i => 2 * i)
            .Orchestrator<int>("Child", async c => await c.CallActivityAsync<int>("Double", c.GetInput<int>()))
            .Orchestrator("Parent", async c =>
                (await Task.WhenAll(Enumerable.Range(0, 50).Select(i => c.CallSubOrchestratorAsync<int>("Child", i)).ToList())).Sum())
            .StartAsync();

        Assert.Equal(2450, (await host.RunAsync("Parent")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task CallSubOrchestrator_Fails_SurfacesAsTaskFailedException()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Child", _ => throw new TimeoutException("late"))
            .Orchestrator("Parent", async c =>
            {
                var e = await Assert.ThrowsAsync<TaskFailedException>(() => c.CallSubOrchestratorAsync("Child"));
                return $"{e.TaskName}: {e.FailureDetails}";
            })
            .StartAsync();

        Assert.Equal("Child: System.TimeoutException: late", (await host.RunAsync("Parent")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("Nothing", "OrchestratorTaskNotFound")]
    [InlineData("Busy", "DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException")]
    public async Task CallSubOrchestrator_CannotStart_FailsTheCallAtOnce(string child, string errorType)
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Busy", async c => await c.WaitForExternalEvent<string>("never"))
            .Orchestrator<string>("Parent", async c => await c.CallSubOrchestratorAsync<string>(
                c.GetInput<string>()!, null, new SubOrchestrationOptions(instanceId: c.GetInput<string>())))
            .StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Busy", null, new StartOrchestrationOptions("Busy"), Cancel);

        var end = await host.RunAsync("Parent", child);

        Assert.Equal(errorType, end.FailureDetails!.InnerFailure!.ErrorType);
    }

    [Fact]
    public async Task ContinueAsNew_Repeatedly_CountsOnAndKeepsEventsButNotHistory()
    {
        await using var host = await new DurableHost(cached)
            .Activity<int>("Next", i => i + 1)
            .Orchestrator<int>("Count", async c =>
            {
                var i = await c.CallActivityAsync<int>("Next", c.GetInput<int>());
                c.SetCustomStatus($"at {i}");
                if (i == 10)
                    return $"{i} {await c.WaitForExternalEvent<string>("word")} {await c.WaitForExternalEvent<string>("word")}";
                c.ContinueAsNew(i);
                return null;
            })
            .StartAsync();
        var start = new StartOrchestrationOptions(StartAt: host.Time.GetUtcNow().AddHours(1));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Count", 0, start, Cancel);
        await host.Client.RaiseEventAsync(id, "word", "first", Cancel);
        await host.Client.RaiseEventAsync(id, "word", "second", Cancel);
        host.Time.Advance(TimeSpan.FromHours(1));

        var end = await host.EndAsync(id);

        Assert.Equal("10 first second", end.ReadOutputAs<string>());
        Assert.Equal("at 10", end.ReadCustomStatusAs<string>());
        Assert.Equal(1, host.Count("SELECT COUNT(*) FROM history WHERE kind = 0")); // Each generation begins with one.
    }

    [Fact]
    public async Task ContinueAsNew_WithoutPreserving_DropsWhatNobodyTook()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator<int>("Turn", async c =>
            {
                if (c.GetInput<int>() == 0)
                {
                    await c.WaitForExternalEvent<string>("turn");
                    c.ContinueAsNew(1, preserveUnprocessedEvents: false);
                    return null;
                }

                return await c.WaitForExternalEvent<string>("word");
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Turn", 0, Cancel);
        await host.Client.RaiseEventAsync(id, "word", "dropped", Cancel);
        await host.Client.RaiseEventAsync(id, "turn", Cancel);
        await host.UntilAsync(id, i => i.SerializedInput == "1");
        await host.IdleAsync(id);
        await host.Client.RaiseEventAsync(id, "word", "kept", Cancel);

        Assert.Equal("kept", (await host.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task ContinueAsNew_ActivityAndTimerStillOut_WaitsForThemAndTakesNothingOfTheirs()
    {
        var release = new TaskCompletionSource();
        await using var host = new DurableHost(cached);
        host.Activity<string>("Slow", async (_, _) =>
        {
            await release.Task;
            return "old result";
        });
        host.Activity<string>("Quick", _ => "new result");
        host.Orchestrator<int>("Turn", async c =>
        {
            if (c.GetInput<int>() == 0)
            {
                _ = c.CallActivityAsync<string>("Slow");
                _ = c.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
                c.ContinueAsNew(1);
                return null;
            }

            var first = c.CallActivityAsync<string>("Quick"); // Step 0, as was "Slow".
            await c.WaitForExternalEvent<string>("go");
            return $"{await first} {c.Version}";
        });
        await host.StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Turn", 0, new() { Version = "7" }, Cancel);
        await host.UntilAsync(id, i => i.IsRunning);
        release.SetResult();
        await host.UntilAsync(() => host.Count("SELECT COUNT(*) FROM activities") == 0);
        await host.IdleAsync(id);
        Assert.Equal("0", (await host.Client.GetInstanceAsync(id, true, Cancel))!.SerializedInput);
        await host.NextTimerAsync();
        await host.UntilAsync(id, i => i.SerializedInput == "1");
        await host.Client.RaiseEventAsync(id, "go", Cancel);

        Assert.Equal("new result 7", (await host.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task SetCustomStatus_EachEpisode_IsSeen()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Tell", async c =>
            {
                c.SetCustomStatus(new { done = 1 });
                await c.WaitForExternalEvent<string>("go");
                c.SetCustomStatus(new { done = 2 });
                return await c.WaitForExternalEvent<string>("go");
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Tell", Cancel);

        await host.UntilAsync(id, i => i.SerializedCustomStatus == """{"done":1}""");
        await host.Client.RaiseEventAsync(id, "go", Cancel);
        await host.UntilAsync(id, i => i.SerializedCustomStatus == """{"done":2}""");
    }

    [Fact]
    public async Task Terminate_Recursive_EndsChildrenAndUnstartedActivities()
    {
        var running = new TaskCompletionSource();
        var runs = 0;
        await using var host = new DurableHost(cached);
        host.Activity<int>("Block", async (_, stop) =>
        {
            if (Interlocked.Increment(ref runs) == host.Engine.Service.Options.MaxConcurrentActivities)
                running.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
            return null;
        });
        host.Orchestrator("Child", async c =>
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(i => c.CallActivityAsync("Block", i)).ToList());
            return null;
        });
        host.Orchestrator(
            "Parent", async c => await c.CallSubOrchestratorAsync<string>("Child", null, new SubOrchestrationOptions(instanceId: "kid")));
        await host.StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Parent", Cancel);
        await running.Task.WaitAsync(DurableHost.Limit, Cancel);

        await host.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("stopped", Recursive: true), Cancel);

        var end = await host.EndAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "stopped"), (end.RuntimeStatus, end.ReadOutputAs<string>()));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.EndAsync("kid")).RuntimeStatus);
        Assert.Equal(0, host.Count("SELECT COUNT(*) FROM activities"));
    }

    [Fact]
    public async Task Terminate_Child_FailsTheParentsCall()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Child", async c => await c.WaitForExternalEvent<string>("never"))
            .Orchestrator(
                "Parent",
                async c => await c.CallSubOrchestratorAsync<string>("Child", null, new SubOrchestrationOptions(instanceId: "kid")))
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Parent", Cancel);
        await host.UntilAsync("kid", i => i.IsRunning);

        await host.Client.TerminateInstanceAsync("kid", Cancel);

        Assert.Equal("The sub-orchestration 'kid' was terminated.", (await host.EndAsync(id)).FailureDetails!.InnerFailure!.ErrorMessage);
    }

    [Fact]
    public async Task Suspend_EventsAndTimersArrive_AreHeldUntilResume()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Collect", async c =>
            {
                var timer = c.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
                var words = await c.WaitForExternalEvent<string>("word") + await c.WaitForExternalEvent<string>("word");
                await timer;
                return words;
            })
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Collect", Cancel);
        await host.UntilAsync(id, i => i.IsRunning);
        await host.Client.SuspendInstanceAsync(id, "lunch", Cancel);
        await host.Client.RaiseEventAsync(id, "word", "a", Cancel);
        await host.Client.RaiseEventAsync(id, "word", "b", Cancel);
        await host.UntilAsync(id, i => i.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        host.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await host.Client.GetInstanceAsync(id, Cancel))!.RuntimeStatus);

        await host.Client.ResumeInstanceAsync(id, Cancel);

        Assert.Equal("ab", (await host.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Schedule_StartAt_StartsThenAndKeepsEarlyEvents()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Late", async c => $"{c.CurrentUtcDateTime:HH:mm} {await c.WaitForExternalEvent<string>("word")}")
            .StartAsync();
        var at = host.Time.GetUtcNow().AddHours(3);
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Late", new StartOrchestrationOptions(StartAt: at), Cancel);
        await host.Client.RaiseEventAsync(id, "word", "early", Cancel);
        host.Time.Advance(TimeSpan.FromHours(2.9));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await host.Client.GetInstanceAsync(id, Cancel))!.RuntimeStatus);
        host.Time.Advance(TimeSpan.FromHours(0.1));

        Assert.Equal("03:00 early", (await host.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Terminate_BeforeItsStart_NeverRuns()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Late", _ => throw new InvalidOperationException("ran"))
            .StartAsync();
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync(
            "Late", new StartOrchestrationOptions(StartAt: host.Time.GetUtcNow().AddHours(3)), Cancel);
        await host.Client.TerminateInstanceAsync(id, Cancel);
        await host.EndAsync(id);
        host.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await host.Client.GetInstanceAsync(id, Cancel))!.RuntimeStatus);
    }

    [Fact]
    public async Task Schedule_SameId_IsRefusedWhileRunningAndStartsAgainAfterwards()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator<string>("Wait", async c => c.GetInput<string>() + await c.WaitForExternalEvent<string>("go"))
            .StartAsync();
        var options = new StartOrchestrationOptions("one");
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "a", options, Cancel);
        var e = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() =>
            host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "b", options, Cancel));
        Assert.Contains("'one' already exists", e.Message);
        await host.Client.RaiseEventAsync("one", "go", "1", Cancel);
        Assert.Equal("a1", (await host.EndAsync("one")).ReadOutputAs<string>());

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => host.Client.ScheduleNewOrchestrationInstanceAsync(
            "Wait", "b", options with { DedupeStatuses = ["Completed"] }, Cancel));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "b", options, Cancel);
        await host.Client.RaiseEventAsync("one", "go", "2", Cancel);
        Assert.Equal("b2", (await host.EndAsync("one")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Schedule_UnknownName_FailsTheInstanceClearly()
    {
        await using var host = await new DurableHost(cached).Orchestrator("Known", _ => Task.FromResult<object?>(1)).StartAsync();

        var end = await host.RunAsync("Unknown");

        Assert.Equal("There is no orchestrator named 'Unknown'. Known are: Known.", end.FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task Orchestrator_OutputCannotBeJson_FailsClearly()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Pointer", _ => Task.FromResult<object?>(new { Type = typeof(int) }))
            .StartAsync();

        Assert.StartsWith(
            "Serialization and deserialization of 'System.Type'", (await host.RunAsync("Pointer")).FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task GetAllInstances_Filtered_PagesThroughWhatFits()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Good", _ => Task.FromResult<object?>("x"))
            .Orchestrator("Bad", _ => throw new IOException())
            .StartAsync();
        for (var i = 0; i < 7; i++)
        {
            await host.RunAsync(i % 2 == 0 ? "Good" : "Bad", i, new($"b-{i}") { Tags = new Dictionary<string, string> { ["n"] = $"{i}" } });
            host.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await host.RunAsync("Good", null, new("other"));
        var start = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var query = new OrchestrationQuery(
            start.AddMinutes(1), start.AddMinutes(6), [OrchestrationRuntimeStatus.Completed], InstanceIdPrefix: "b-", PageSize: 2);

        var pages = new List<Page<OrchestrationMetadata>>();
        await foreach (var page in host.Client.GetAllInstancesAsync(query).AsPages())
            pages.Add(page);
        var rest = new List<string>();
        await foreach (var page in host.Client.GetAllInstancesAsync(query).AsPages(pages[0].ContinuationToken))
            rest.AddRange(page.Values.Select(i => i.InstanceId));

        Assert.Equal(["b-2,b-4", "b-6"], pages.Select(p => string.Join(',', p.Values.Select(i => i.InstanceId))));
        Assert.Equal(["b-6"], rest);
        Assert.Equal("6", pages[1].Values[0].Tags["n"]);
        Assert.Null(pages[0].Values[0].SerializedInput);
        Assert.Throws<InvalidOperationException>(() => pages[0].Values[0].ReadInputAs<int>());
    }

    [Fact]
    public async Task Purge_OnlyWhatHasCompleted_Goes()
    {
        await using var host = await new DurableHost(cached)
            .Orchestrator("Good", _ => Task.FromResult<object?>("x"))
            .Orchestrator(
                "Parent", async c => await c.CallSubOrchestratorAsync<string>("Good", null, new SubOrchestrationOptions(instanceId: "kid")))
            .Orchestrator("Wait", async c => await c.WaitForExternalEvent<string>("never"))
            .StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("w"), Cancel);
        await host.RunAsync("Parent", null, new("p"));
        await host.RunAsync("Good", null, new("g"));

        Assert.Equal(0, (await host.Client.PurgeInstanceAsync("w", Cancel)).PurgedInstanceCount);
        Assert.Equal(0, (await host.Client.PurgeInstanceAsync("nobody", Cancel)).PurgedInstanceCount);
        Assert.Equal(2, (await host.Client.PurgeInstanceAsync("p", new PurgeInstanceOptions(Recursive: true), Cancel)).PurgedInstanceCount);
        Assert.Equal(1, (await host.Client.PurgeAllInstancesAsync(new(), Cancel)).PurgedInstanceCount);
        Assert.Null(await host.Client.GetInstanceAsync("p", Cancel));
        Assert.NotNull(await host.Client.GetInstanceAsync("w", Cancel));
    }

    [Fact]
    public async Task Send_ToNobodyOrToTheCompleted_DoesNothing()
    {
        await using var host = await new DurableHost(cached).Orchestrator("Good", _ => Task.FromResult<object?>("x")).StartAsync();
        await host.RunAsync("Good", null, new("g"));

        foreach (var id in new[] { "g", "nobody" })
        {
            await host.Client.RaiseEventAsync(id, "go", 1, Cancel);
            await host.Client.SuspendInstanceAsync(id, Cancel);
            await host.Client.TerminateInstanceAsync(id, Cancel);
        }

        Assert.Equal(0, host.Count("SELECT COUNT(*) FROM messages"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Client.WaitForInstanceCompletionAsync("nobody", Cancel));
    }
}

public sealed class InstanceTestsLive() : InstanceBehaviour(DurableHost.Live);

public sealed class InstanceTestsReplayed() : InstanceBehaviour(DurableHost.Replayed);

public sealed class InstanceTestsEvicted() : InstanceBehaviour(2);
