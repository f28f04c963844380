using System.Collections.Concurrent;
using System.Text.Json;
using DurableTask.Sqlite.Hosting;
using DurableTask.Sqlite.Storage;
using Microsoft.DurableTask.Converters;

namespace Drover.Functions.Tests.Hosting;

/// <summary>The real orchestrators on the real engine, with fake activities and a clock that the test moves.</summary>
internal sealed class OrchestratorHost : IAsyncDisposable
{
    /// <summary>How payloads become text: as in the host.</summary>
    public static readonly DataConverter Converter = new JsonDataConverter(
        new JsonSerializerOptions { PropertyNameCaseInsensitive = true });

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drover-orchestrators-");
    private readonly ConcurrentQueue<Call> _calls = new();
    private readonly ConcurrentDictionary<string, Func<object?, object?>> _answers = new();
    private readonly ConcurrentDictionary<string, Gate> _gates = new();
    private bool _isStarted;

    public OrchestratorHost()
    {
        Engine = new(
            new()
            {
                DatabasePath = Path.Combine(_folder.FullName, "durable.db"),
                PollInterval = TimeSpan.FromDays(30),
                MaxConcurrentActivities = 50,
            },
            Converter,
            Time);
        foreach (var orchestrator in Orchestrator.All.Values)
        {
            Engine.AddOrchestrator(orchestrator.Name, orchestrator.InputType, orchestrator.RunAsync);
        }
    }

    public ManualTime Time { get; } = new();

    public DateTimeOffset Now => Time.GetUtcNow();

    public DurableTaskEngine Engine { get; }

    public DurableTaskClient Client => Engine.Client;

    /// <summary>The calls of activities, in the order in which they came.</summary>
    public IReadOnlyList<Call> Calls => [.. _calls];

    /// <summary>The names of the activities that were called, in order.</summary>
    public IEnumerable<string> Activities => _calls.Select(c => c.Activity);

    /// <summary>What happens at each call before it is answered.</summary>
    public Func<Task>? Called { get; set; }

    /// <summary>The inputs that an activity was given, in order.</summary>
    public List<T> Inputs<T>(string activity) => [.. _calls.Where(c => c.Activity == activity).Select(c => (T)c.Input!)];

    /// <summary>Makes an activity known by its name, or gives it another answer.</summary>
    public void Answer<TIn>(string activity, Func<TIn, object?> answer)
    {
        var isNew = !_answers.ContainsKey(activity);
        _answers[activity] = input => answer((TIn)input!);
        if (isNew)
        {
            Engine.AddActivity(activity, typeof(TIn), (context, input, stop) => RunAsync(context.InstanceId, activity, input, stop));
        }
    }

    /// <summary>Waits for what must come true soon.</summary>
    public static Task UntilAsync(Func<bool> condition, string what) =>
        Eventually.TrueAsync(() => Task.FromResult(condition()), what, Patience);

    /// <summary>Holds the calls of an activity from now on.</summary>
    public Gate Hold(string activity) => _gates[activity] = new Gate();

    public async Task StartAsync(string orchestrator, object? input, string id, DateTimeOffset? at = null)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            await Engine.StartAsync();
        }

        await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(id, at));
    }

    /// <summary>Raises an event, and returns when the orchestration has seen it.</summary>
    public async Task RaiseAsync(string id, string name, object payload)
    {
        await Client.RaiseEventAsync(id, name, payload);
        await IdleAsync(id);
    }

    /// <summary>Returns when the orchestration has seen all that was sent to it.</summary>
    public Task IdleAsync(string id) =>
        UntilAsync(
            () => Count("SELECT COUNT(*) FROM messages WHERE instance = @id AND deliver_at = 0", id) == 0, $"'{id}' has seen its messages");

    /// <summary>Waits for the end of an orchestration; the clock stands still.</summary>
    public async Task<OrchestrationMetadata> EndAsync(string id)
    {
        OrchestrationMetadata? end = null;
        await UntilAsync(() => (end = Find(id)) is { IsCompleted: true }, $"'{id}' ends");
        return end!;
    }

    /// <summary>Waits for the end, and says what came of it.</summary>
    public async Task<T> ResultAsync<T>(string id)
    {
        var end = await EndAsync(id);
        Assert.True(
            end.RuntimeStatus == OrchestrationRuntimeStatus.Completed,
            $"'{id}' is {end.RuntimeStatus}: {end.FailureDetails?.ErrorMessage}");
        return end.ReadOutputAs<T>()!;
    }

    /// <summary>The orchestration's custom status now.</summary>
    public async Task<T?> StatusAsync<T>(string id) =>
        (await Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.ReadCustomStatusAs<T>();

    /// <summary>The input of the orchestration's present generation.</summary>
    public async Task<T> InputAsync<T>(string id) => (await Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.ReadInputAs<T>()!;

    /// <summary>Waits until an orchestration sleeps until that time.</summary>
    public Task SleepsAsync(string id, DateTimeOffset until) => UntilAsync(
        () => Count("SELECT COUNT(*) FROM messages WHERE instance = @id AND deliver_at = @due", id, until.UtcTicks) > 0,
        $"'{id}' sleeps until {until:O}");

    /// <summary>Waits until some orchestration sleeps, and moves the clock to when the first wakes.</summary>
    /// <returns>How far it was moved.</returns>
    public async Task<TimeSpan> NextTimerAsync()
    {
        var due = 0L;
        await UntilAsync(
            () => (due = Count("SELECT COALESCE(MIN(deliver_at), 0) FROM messages WHERE deliver_at > @now", Now.UtcTicks)) > 0,
            "Somebody sleeps");
        // The engine's timers know no less.
        var step = TimeSpan.FromMilliseconds(Math.Ceiling(TimeSpan.FromTicks(due - Now.UtcTicks).TotalMilliseconds));
        Time.Advance(step);
        return step;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<object?> RunAsync(string instanceId, string activity, object? input, CancellationToken stop)
    {
        _calls.Enqueue(new Call(instanceId, activity, input));
        if (Called is { } called)
        {
            await called();
        }

        if (_gates.TryGetValue(activity, out var gate))
        {
            await gate.PassAsync(input, stop);
        }

        return _answers[activity](input);
    }

    // The store is read where the caller is, so nothing is waited for.
    private OrchestrationMetadata? Find(string id) => Client.GetInstanceAsync(id, getInputsAndOutputs: true).GetAwaiter().GetResult();

    private long Count(string sql, params object[] values) => Engine.Service.Store.Read(connection =>
    {
        using var statement = new SqlStatement(connection, sql);
        return statement.Read(r => r.GetInt64(0), values)[0];
    });
}
