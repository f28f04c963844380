using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Runs durable orchestrations and their activities in one process, with all state in one SQLite file.</summary>
/// <remarks>
/// Register orchestrators and activities, then start. The <see cref="Client"/> works also when the engine has not been
/// started, and from another process on the same file. A process that dies at any point goes on after the next start:
/// orchestrators by replay, activities that had not returned by running again.
/// </remarks>
public sealed class DurableEngine : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<TaskOrchestrationContext, Task<object?>>> _orchestrators =
        new(StringComparer.OrdinalIgnoreCase);

    private readonly ConcurrentDictionary<string, Func<ActivityInvocation, CancellationToken, Task<object?>>> _activities =
        new(StringComparer.OrdinalIgnoreCase);

    private readonly DurableEngineOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _log;
    private readonly InstanceSignals _signals = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private EngineRun? _run;

    /// <summary>Makes an engine; the database is opened at the first use.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message names all that are.</exception>
    public DurableEngine(DurableEngineOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        options.Validate();
        (_options, _time, _loggers) = (options, time, loggers);
        _log = loggers.CreateLogger("Drover.LocalRuntime.Durable");
        Store = new(options.DatabasePath, _log) { Committed = SignalChanges };
        Client = new LocalDurableTaskClient(Store, _signals, time, options.PollInterval);
    }

    /// <summary>Schedules, asks and sends; usable at once.</summary>
    public DurableTaskClient Client { get; }

    /// <summary>Ends when the engine has stopped; fails when it cannot go on, mostly because its database can no longer be written.</summary>
    public Task Completion => _completion.Task;

    internal DurableStore Store { get; }

    internal DurableEngineOptions Options => _options;

    /// <summary>Makes an orchestrator known; names are compared without regard to case.</summary>
    public void AddOrchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> run) =>
        Add(_orchestrators, "orchestrator", name, run);

    /// <summary>Makes an activity known; names are compared without regard to case.</summary>
    public void AddActivity(string name, Func<ActivityInvocation, CancellationToken, Task<object?>> run) =>
        Add(_activities, "activity", name, run);

    /// <summary>Opens the database, takes its lock, and goes on with all that is unfinished.</summary>
    /// <exception cref="DurableStoreException">The database cannot be used, or another process runs it.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_run is not null)
            throw new InvalidOperationException("The engine was started before; make a new one.");

        var engineLock = await EngineLock.TakeAsync(Store);
        var runner = new EpisodeRunner(Store, _orchestrators, _time, _loggers, _log, (e, reason) => _run!.Abort(e, reason));
        _run = new(_options, Store, engineLock, runner, new(Store, _activities, _log), _time, _log, _stopping.Token);
        await Store.WriteAsync(Recover, cancellationToken);
        _run.Start();
        _ = WatchAsync();
    }

    /// <summary>
    /// Takes no more work, signals the running activities, waits for them until <paramref name="cancellationToken"/>
    /// fires, and writes down what they returned.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        if (_run is not null)
            await _run.StopAsync(cancellationToken);
        _completion.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await Store.DisposeAsync();
        _stopping.Dispose();
    }

    private static void Add<T>(ConcurrentDictionary<string, T> known, string kind, string name, T run)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(run);
        if (!known.TryAdd(name, run))
            throw new ArgumentException($"There is already an {kind} named '{name}'.", nameof(name));
    }

    /// <summary>On the writing thread, so that nothing is committed between what is read here and what is delivered later.</summary>
    private int Recover(StoreTransaction tx)
    {
        var messages = tx.Query("SELECT id, instance, kind, execution, task, name, data, due FROM messages ORDER BY id", StoreRows.Message);
        var activities = tx.Query("SELECT id, instance, execution, task, name, input FROM activities ORDER BY id", StoreRows.Activity);
        DurableLog.Started(_log, Store.Path, messages.Count, activities.Count);
        tx.Written.Messages.AddRange(messages);
        tx.Written.Activities.AddRange(activities);
        _run!.Follow(tx);
        Store.Committed = delivery =>
        {
            _run.Deliver(delivery);
            SignalChanges(delivery);
        };
        return messages.Count;
    }

    private void SignalChanges(Delivery delivery) => delivery.Changed.ForEach(_signals.Changed);

    private async Task WatchAsync()
    {
        try
        {
            await await Task.WhenAny(Store.Faulted, _run!.Broken).WaitAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e)
        {
            _completion.TrySetException(e);
            _ = _completion.Task.Exception; // observed, also when nobody waits
            await StopAsync(new CancellationToken(canceled: true));
        }
    }
}
