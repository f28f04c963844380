using DurableTask.Sqlite.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableTask.Sqlite.Tests;

/// <summary>An engine on a database in a folder of its own, with a manual clock.</summary>
internal sealed class DurableHost : IAsyncDisposable
{
    public const int Live = 1000, Replayed = 0;

    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly bool _owned;

    public DurableHost(
        int cached = Live, string? database = null, TimeProvider? time = null, TimeSpan? poll = null, ILoggerFactory? loggers = null)
    {
        _owned = database is null;
        Database = database ?? NewDatabase();
        Time = time as ManualTime ?? new ManualTime();
        Engine = new(
            new() { DatabasePath = Database, MaxCachedInstances = cached, PollInterval = poll ?? TimeSpan.FromDays(30) },
            null,
            time ?? Time,
            loggers ?? NullLoggerFactory.Instance);
    }

    public string Database { get; }

    public ManualTime Time { get; }

    public DurableTaskEngine Engine { get; }

    public DurableTaskClient Client => Engine.Client;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string NewDatabase()
    {
        var folder = Directory.CreateTempSubdirectory("drover-durable-");
        return Path.Combine(folder.FullName, "durable.db");
    }

    public static void Delete(string database) => Directory.Delete(Path.GetDirectoryName(database)!, recursive: true);

    public DurableHost Orchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> run) => Orchestrator<object>(name, run);

    public DurableHost Orchestrator<TIn>(string name, Func<TaskOrchestrationContext, Task<object?>> run)
    {
        Engine.AddOrchestrator(name, typeof(TIn), (context, _) => run(context));
        return this;
    }

    public DurableHost Activity<TIn>(string name, Func<TIn, object?> run) => Activity<TIn>(name, (input, _) => Task.FromResult(run(input)));

    public DurableHost Activity<TIn>(string name, Func<TIn, CancellationToken, Task<object?>> run)
    {
        Engine.AddActivity(name, typeof(TIn), (_, input, stop) => run(input is null ? default! : (TIn)input, stop));
        return this;
    }

    public async Task<DurableHost> StartAsync()
    {
        await Engine.StartAsync();
        return this;
    }

    /// <summary>Starts an orchestration and waits for its end, while the clock stands still.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string name, object? input = null, StartOrchestrationOptions? options = null) =>
        await EndAsync(await Client.ScheduleNewOrchestrationInstanceAsync(name, input, options, Cancel));

    public Task<OrchestrationMetadata> EndAsync(string id) =>
        Client.WaitForInstanceCompletionAsync(id, true, Cancel).WaitAsync(Limit, Cancel);

    /// <summary>Moves the clock, step by step, until the instance has ended.</summary>
    public async Task<OrchestrationMetadata> EndAsync(string id, TimeSpan step)
    {
        var end = EndAsync(id);
        while (!end.IsCompleted)
        {
            await Task.WhenAny(end, Task.Delay(5, Cancel));
            Time.Advance(step);
        }

        return await end;
    }

    public async Task UntilAsync(Func<bool> condition)
    {
        for (var deadline = DateTime.UtcNow + Limit; !condition(); await Task.Delay(2, Cancel))
            Assert.True(DateTime.UtcNow < deadline, "The condition was not met in time.");
    }

    public Task UntilAsync(string id, Func<OrchestrationMetadata, bool> condition) => UntilAsync(() =>
        Client.GetInstanceAsync(id, true, Cancel).GetAwaiter().GetResult() is { } instance && condition(instance));

    /// <summary>Waits until the instance has no message left to look at.</summary>
    public Task IdleAsync(string id) =>
        UntilAsync(() => Count("SELECT COUNT(*) FROM messages WHERE instance = @id AND deliver_at = 0", id) == 0);

    /// <summary>Waits until a timer is set and moves the clock to exactly its time.</summary>
    public async Task NextTimerAsync()
    {
        var due = 0L;
        await UntilAsync(
            () => (due = Count("SELECT COALESCE(MIN(deliver_at), 0) FROM messages WHERE deliver_at > @id", Time.GetUtcNow().UtcTicks)) > 0);
        Time.Advance(TimeSpan.FromTicks(due - Time.GetUtcNow().UtcTicks));
    }

    public long Count(string sql, params object[] values) => Engine.Service.Store.Read(connection =>
    {
        using var statement = new SqlStatement(connection, sql);
        return statement.Read(r => r.GetInt64(0), values)[0];
    });

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        if (_owned)
            Delete(Database);
    }
}
