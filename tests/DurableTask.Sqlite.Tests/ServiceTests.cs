using DurableTask.Core;

namespace DurableTask.Sqlite.Tests;

/// <summary>The provider by itself, under the framework's own worker and client, without the SDK.</summary>
public sealed class ServiceTests
{
    [Fact]
    public async Task Worker_OfTheFrameworkAlone_RunsItsOwnOrchestrations()
    {
        var database = DurableHost.NewDatabase();
        await using (var service = new SqliteOrchestrationService(new() { DatabasePath = database }))
        {
            using var worker = new TaskHubWorker(service);
            worker.AddTaskOrchestrations(typeof(Greetings)).AddTaskActivities(typeof(Greet));
            await worker.StartAsync();
            var client = new TaskHubClient(service);
            var instance = await client.CreateOrchestrationInstanceAsync(typeof(Greetings), "Ada");
            var end = await client.WaitForOrchestrationAsync(instance, DurableHost.Limit);

            Assert.Equal("\"Hello Ada, hello again\"", end.Output);
            Assert.Equal(OrchestrationStatus.Completed, end.OrchestrationStatus);
            await worker.StopAsync(isForced: true);
        }

        DurableHost.Delete(database);
    }

    [Fact]
    public async Task Purge_ByAge_RemovesOnlyOldEndedOnesAndTheFileShrinks()
    {
        await using var host = await new DurableHost()
            .Orchestrator<string>("Keep", c => Task.FromResult<object?>(c.GetInput<string>()))
            .Orchestrator("Wait", async c => await c.WaitForExternalEvent<string>("never"))
            .StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("waits"), DurableHost.Cancel);
        var text = new string('x', 20_000);
        await Parallel.ForAsync(0, 500, DurableHost.Cancel, async (i, _) => await host.RunAsync("Keep", text, new($"old-{i}")));
        host.Time.Advance(TimeSpan.FromDays(31));
        await host.RunAsync("Keep", text, new("young"));
        await host.Client.PurgeInstanceAsync("nobody", DurableHost.Cancel); // Writes, so that what was written before is in the file.
        var before = Size(host);

        var purged = await host.Client.PurgeAllInstancesAsync(new(CreatedTo: host.Time.GetUtcNow().AddDays(-30)), DurableHost.Cancel);

        Assert.Equal((500, true), (purged.PurgedInstanceCount, purged.IsComplete));
        Assert.NotNull(await host.Client.GetInstanceAsync("young", DurableHost.Cancel));
        Assert.NotNull(await host.Client.GetInstanceAsync("waits", DurableHost.Cancel));
        Assert.True(Size(host) < before / 10, $"{before} bytes before, {Size(host)} after");
    }

    [Fact]
    public async Task Purge_WithoutTimeEnough_SaysThatItIsNotComplete()
    {
        await using var host = await new DurableHost().Orchestrator("Good", _ => Task.FromResult<object?>(1)).StartAsync();
        await Parallel.ForAsync(0, 450, DurableHost.Cancel, async (i, _) => await host.RunAsync("Good", null, new($"{i}")));

        var first = await host.Client.PurgeAllInstancesAsync(new() { Timeout = TimeSpan.Zero }, DurableHost.Cancel);
        var second = await host.Client.PurgeAllInstancesAsync(new(), DurableHost.Cancel);

        Assert.Equal((200, false, 250, true), (first.PurgedInstanceCount, first.IsComplete, second.PurgedInstanceCount, second.IsComplete));
    }

    [Fact]
    public async Task Start_MessagesOfOneInstanceAreDamaged_ThatInstanceFailsAndTheOthersGoOn()
    {
        var database = DurableHost.NewDatabase();
        await using (var before = new DurableHost(database: database))
        {
            foreach (var id in new[] { "bad", "good" })
            {
                await before.Client.ScheduleNewOrchestrationInstanceAsync(
                    "Echo", id, new StartOrchestrationOptions(id), DurableHost.Cancel);
            }

            await before.Engine.Service.Store.WriteAsync(
                tx => tx.Execute("UPDATE messages SET more = '{' WHERE instance = 'bad'"), DurableHost.Cancel);
        }

        await using (var host = await new DurableHost(database: database)
            .Orchestrator<string>("Echo", c => Task.FromResult<object?>(c.GetInput<string>()))
            .StartAsync())
        {
            Assert.Equal("good", (await host.EndAsync("good")).ReadOutputAs<string>());
            var bad = await host.EndAsync("bad");
            Assert.Equal(OrchestrationRuntimeStatus.Failed, bad.RuntimeStatus);
            Assert.Contains("A stored event of kind 0", bad.FailureDetails!.ErrorMessage);
        }

        DurableHost.Delete(database);
    }

    [Fact]
    public async Task Delete_RunningOrNot_IsRefusedOrEmptiesTheFile()
    {
        await using var host = await new DurableHost().Orchestrator("Good", _ => Task.FromResult<object?>(1)).StartAsync();
        await host.RunAsync("Good", null, new("g"));
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Engine.Service.DeleteAsync());
        Assert.Contains("is running; stop it", e.Message);
        await host.Engine.StopAsync(DurableHost.Cancel);

        await using var after = new SqliteOrchestrationService(new() { DatabasePath = host.Database });
        await after.DeleteAsync();

        Assert.Null(await after.GetOrchestrationStateAsync("g", null));
    }

    private static long Size(DurableHost host) =>
        new[] { "", "-wal" }.Select(end => new FileInfo(host.Database + end)).Where(f => f.Exists).Sum(f => f.Length);

    private sealed class Greetings : TaskOrchestration<string, string>
    {
        public override async Task<string> RunTask(OrchestrationContext context, string input)
        {
            var hello = await context.ScheduleTask<string>(typeof(Greet), input);
            await context.CreateTimer(context.CurrentUtcDateTime.AddMilliseconds(20), true);
            return hello + ", hello again";
        }
    }

    private sealed class Greet : Core.TaskActivity<string, string>
    {
        protected override string Execute(TaskContext context, string input) => $"Hello {input}";
    }
}
