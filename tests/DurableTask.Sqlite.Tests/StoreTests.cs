using DurableTask.Core.History;
using Microsoft.Data.Sqlite;


namespace DurableTask.Sqlite.Tests;

public sealed class StoreTests : IDisposable
{
    private readonly string _database = DurableHost.NewDatabase();

    private static CancellationToken Cancel => DurableHost.Cancel;

    public void Dispose() => DurableHost.Delete(_database);

    [Fact]
    public async Task Start_NotADatabase_SaysSoWithThePath()
    {
        await File.WriteAllTextAsync(_database, new string('x', 5000), Cancel);

        var e = await StartFailsAsync();

        Assert.StartsWith($"The durable database '{_database}' cannot be used:", e.Message);
        Assert.Contains("Move it away to begin afresh", e.Message);
    }

    [Fact]
    public async Task Start_DatabaseOfAnotherProgram_IsLeftAlone()
    {
        Execute("CREATE TABLE theirs (x)");

        Assert.Contains("is a SQLite database of another program", (await StartFailsAsync()).Message);
        Execute("SELECT x FROM theirs");
    }

    [Fact]
    public async Task Start_NewerSchema_IsRefused()
    {
        await using (var host = await new DurableHost(database: _database).StartAsync())
            await host.Engine.StopAsync(Cancel);
        Execute("PRAGMA user_version = 99");

        Assert.Contains("has schema version 99; this program knows version 1", (await StartFailsAsync()).Message);
    }

    [Fact]
    public async Task Start_PathIsAFolder_SaysSo()
    {
        Directory.CreateDirectory(_database);

        Assert.Contains("that the path names a file", (await StartFailsAsync()).Message);
    }

    [Fact]
    public async Task Start_AnotherEngineRuns_NamesItsProcessAndTheLockFile()
    {
        await using var first = await new DurableHost(database: _database).StartAsync();

        var e = await StartFailsAsync();

        Assert.Contains($"is in use by process {Environment.ProcessId} (lock file '{_database}.lock')", e.Message);
        await first.Engine.StopAsync(Cancel);
        await using var second = await new DurableHost(database: _database).StartAsync();
    }

    [Fact]
    public async Task Client_EngineNotStarted_SchedulesAndAsks()
    {
        await using (var before = new DurableHost(database: _database))
        {
            await before.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "hi", new StartOrchestrationOptions("e"), Cancel);
            Assert.Equal(OrchestrationRuntimeStatus.Pending, (await before.Client.GetInstanceAsync("e", Cancel))!.RuntimeStatus);
        }

        await using var host = await new DurableHost(database: _database)
            .Orchestrator<string>("Echo", c => Task.FromResult<object?>(c.GetInput<string>()))
            .StartAsync();
        Assert.Equal("hi", (await host.EndAsync("e")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Client_OnTheSameFileBesideARunningEngine_IsNoticed()
    {
        await using var engine = await new DurableHost(database: _database, time: TimeProvider.System, poll: TimeSpan.FromMilliseconds(20))
            .Orchestrator("Wait", async c => await c.WaitForExternalEvent<string>("go"))
            .StartAsync();
        await using var other = new DurableHost(database: _database, time: TimeProvider.System, poll: TimeSpan.FromMilliseconds(20));

        var id = await other.Client.ScheduleNewOrchestrationInstanceAsync("Wait", Cancel);
        await other.Client.WaitForInstanceStartAsync(id, Cancel).WaitAsync(DurableHost.Limit, Cancel);
        await other.Client.RaiseEventAsync(id, "go", "from outside", Cancel);

        Assert.Equal("from outside", (await other.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Stop_ActivitiesRun_AreSignalledAndTheirResultsKept()
    {
        var running = new TaskCompletionSource();
        await using (var host = await new DurableHost(database: _database)
            .Activity<string>("Finish", async (_, stop) =>
            {
                var stopped = new TaskCompletionSource();
                await using var registration = stop.Register(stopped.SetResult);
                running.SetResult();
                await stopped.Task;
                return "finished in time";
            })
            .Orchestrator("Work", async c => await c.CallActivityAsync<string>("Finish"))
            .StartAsync())
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("Work", new StartOrchestrationOptions("w"), Cancel);
            await running.Task.WaitAsync(DurableHost.Limit, Cancel);
            await host.Engine.StopAsync(Cancel);
        }

        await using var again = await new DurableHost(database: _database)
            .Activity<string>("Finish", _ => "ran again")
            .Orchestrator("Work", async c => await c.CallActivityAsync<string>("Finish"))
            .StartAsync();
        Assert.Equal("finished in time", (await again.EndAsync("w")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Stop_ActivityGivesUpOrHangs_RunsAgainAtTheNextStart()
    {
        var running = new CountdownEvent(2);
        await using (var host = await new DurableHost(database: _database)
            .Activity<bool>("Wait", async (listens, stop) =>
            {
                running.Signal();
                await Task.Delay(Timeout.Infinite, listens ? stop : CancellationToken.None);
                return "never";
            })
            .Orchestrator("Work", Work)
            .StartAsync())
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("Work", new StartOrchestrationOptions("w"), Cancel);
            Assert.True(running.Wait(DurableHost.Limit, Cancel));
            await host.Engine.StopAsync(new CancellationToken(canceled: true));
        }

        await using var again = await new DurableHost(database: _database)
            .Activity<bool>("Wait", listens => $"again {listens}")
            .Orchestrator("Work", Work)
            .StartAsync();
        Assert.Equal("again True,again False", (await again.EndAsync("w")).ReadOutputAs<string>());

        static async Task<object?> Work(TaskOrchestrationContext c) => string.Join(
            ',', await Task.WhenAll(c.CallActivityAsync<string>("Wait", true), c.CallActivityAsync<string>("Wait", false)));
    }

    [Fact]
    public async Task Write_OneRequestFails_TheOthersAndTheEngineGoOn()
    {
        await using var host = new DurableHost(database: _database);
        host.Engine.Service.Store.EnsureOpen();
        var poison = host.Engine.Service.Store.WriteAsync<int>(_ => throw new FormatException("poison"), Cancel);
        var good = Enumerable.Range(0, 20)
            .Select(
                i =>
                    host.Engine.Service.Store.WriteAsync(
                        tx => tx.Send($"i{i}", null, new ExecutionResumedEvent(-1, null)), Cancel)).ToList();

        await Assert.ThrowsAsync<FormatException>(() => poison);
        await Task.WhenAll(good);
        Assert.Equal(20, host.Count("SELECT COUNT(*) FROM messages"));
    }

    [Fact]
    public async Task Episode_DatabaseCannotBeReadForAWhile_IsTriedAgain()
    {
        var arrived = new TaskCompletionSource();
        var failures = 0;
        await using var host = await new DurableHost(DurableHost.Replayed, _database)
            .Orchestrator("Wait", async c =>
            {
                var word = await c.WaitForExternalEvent<string>("go");
                arrived.SetResult();
                return word;
            })
            .StartAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("w"), Cancel);
        await host.UntilAsync("w", i => i.IsRunning);
        host.Engine.Service.Store.ReadFault = () =>
        {
            if (++failures <= 3)
                throw new SqliteException("unable to open database file", 14);
        };

        await host.Client.RaiseEventAsync("w", "go", "heard", Cancel);
        while (!arrived.Task.IsCompleted)
        {
            await Task.WhenAny(arrived.Task, Task.Delay(2, Cancel));
            host.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("heard", (await host.EndAsync("w")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Episode_HistoryIsDamaged_FailsThatInstanceOnly()
    {
        await using var host = await new DurableHost(DurableHost.Replayed, _database)
            .Orchestrator("Wait", async c => await c.WaitForExternalEvent<string>("go"))
            .StartAsync();
        foreach (var id in new[] { "bad", "good" })
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions(id), Cancel);
            await host.UntilAsync(id, i => i.IsRunning);
        }

        await host.Engine.Service.Store.WriteAsync(
            tx => tx.Execute("UPDATE history SET more = '{' WHERE kind = 0 AND instance = (SELECT key FROM instances WHERE id = 'bad')"),
            Cancel);
        await host.Client.RaiseEventAsync("bad", "go", "x", Cancel);
        await host.Client.RaiseEventAsync("good", "go", "x", Cancel);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await host.EndAsync("bad")).RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.EndAsync("good")).RuntimeStatus);
    }

    [Fact]
    public void Constructor_BadOptions_NamesThemAll()
    {
        var e = Assert.Throws<ArgumentException>(() => new SqliteOrchestrationService(
            new() { DatabasePath = " ", MaxConcurrentActivities = 0, MaxCachedInstances = -1, PollInterval = TimeSpan.Zero }));

        Assert.Equal(
            "SqliteOrchestrationServiceOptions: DatabasePath is empty; it must name a file. MaxConcurrentActivities is 0; it must be at least 1. "
            + "MaxCachedInstances is -1; it must be at least 0. PollInterval is 00:00:00; it must be at least a millisecond.",
            e.Message);
    }

    [Fact]
    public void Validate_PollIntervalThatNoTimerTakes_IsNamed()
    {
        var longest = TimeSpan.FromMilliseconds(0xfffffffe);
        new SqliteOrchestrationServiceOptions { PollInterval = longest }.Validate();
        using var timer = new PeriodicTimer(longest);
        var tooLong = new SqliteOrchestrationServiceOptions { PollInterval = TimeSpan.FromDays(50) };

        Assert.Equal(
            "SqliteOrchestrationServiceOptions: PollInterval is 50.00:00:00; it must be at most 49.17:02:47.2940000, as a timer takes no more.",
            Assert.Throws<ArgumentException>(tooLong.Validate).Message);
    }

    [Fact]
    public async Task AddOrchestrator_NameTaken_IsRefusedInAnyCase()
    {
        await using var host = new DurableHost(database: _database).Orchestrator("A", _ => Task.FromResult<object?>(null));

        Assert.StartsWith("There is already an orchestrator named 'a'.",
            Assert.Throws<ArgumentException>(() => host.Orchestrator("a", _ => Task.FromResult<object?>(null))).Message);
    }

    private async Task<DurableStoreException> StartFailsAsync()
    {
        await using var host = new DurableHost(database: _database);
        return await Assert.ThrowsAsync<DurableStoreException>(host.StartAsync);
    }

    private void Execute(string sql)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={_database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
