using DurableTask.Core;
using DurableTask.Sqlite.Instances;
using DurableTask.Sqlite.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableTask.Sqlite;

/// <summary>The state of durable orchestrations and their activities in one SQLite file.</summary>
/// <remarks>
/// <para>
/// Give it to a <see cref="TaskHubWorker"/> to run orchestrations and to a <see cref="TaskHubClient"/> to start and ask after them. One
/// process at a time runs a file; others may be clients of it. The client's side works also when nothing has been started.
/// </para>
/// <para>
/// A work item is completed in one transaction: its messages go, its history, activities, timers and messages to others come. So a process
/// that dies at any point goes on after the next start: orchestrators by replay, activities that had not returned by running again.
/// </para>
/// <para>
/// Longer than most, in parts by whom they serve: the framework asks for all of it in one object.
/// </para>
/// </remarks>
public sealed partial class SqliteOrchestrationService : IOrchestrationService, IAsyncDisposable
{
    /// <summary>How long a stop waits for orchestrator code that does not come back.</summary>
    private static readonly TimeSpan TurnGrace = TimeSpan.FromSeconds(5);

    private readonly SqliteOrchestrationServiceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly DurableStore _store;
    private readonly InstanceTable _instances;
    private readonly DueMessages _due;
    private readonly ActivityQueue _activities = new();
    private readonly InstanceSignals _signals = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _startStop = new(1);
    private StoreLock? _lock;
    private Task _poll = Task.CompletedTask;
    private long _dataVersion, _lastSeen;
    private bool _stopped;

    /// <summary>Makes the service; the database is opened at the first use.</summary>
    /// <param name="options">Where, and how much at once.</param>
    /// <param name="time">The clock of timers and time stamps; null for the system's.</param>
    /// <param name="loggers">Where to log; null for nowhere.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names all that are.</exception>
    public SqliteOrchestrationService(SqliteOrchestrationServiceOptions options, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        options.Validate();
        (_options, _time) = (options, time ?? TimeProvider.System);
        _log = (loggers ?? NullLoggerFactory.Instance).CreateLogger("DurableTask.Sqlite");
        _store = new(options.DatabasePath, _log) { Committed = SignalChanges };
        _instances = new(options.MaxCachedInstances);
        _due = new(_time, _instances.Deliver);
    }

    /// <summary>
    /// Ends when the service has stopped; fails when it cannot go on, mostly because its database can no longer be written.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <inheritdoc/>
    public int TaskOrchestrationDispatcherCount => 1;

    /// <inheritdoc/>
    public int TaskActivityDispatcherCount => 1;

    /// <inheritdoc/>
    public int MaxConcurrentTaskOrchestrationWorkItems => _options.MaxConcurrentOrchestrations;

    /// <inheritdoc/>
    public int MaxConcurrentTaskActivityWorkItems => _options.MaxConcurrentActivities;

    /// <inheritdoc/>
    public BehaviorOnContinueAsNew EventBehaviourForContinueAsNew => BehaviorOnContinueAsNew.Carryover;

    internal TimeProvider Time => _time;

    internal DurableStore Store => _store;

    internal SqliteOrchestrationServiceOptions Options => _options;

    private long Now => _time.GetUtcNow().UtcTicks;

    /// <summary>Opens the database, takes its lock, and hands out all that is unfinished. The worker calls it.</summary>
    /// <exception cref="DurableStoreException">The database cannot be used, or another process runs it.</exception>
    public async Task StartAsync()
    {
        await _startStop.WaitAsync().ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (_lock is not null)
            {
                throw new InvalidOperationException("The service is started already.");
            }

            _lock = await StoreLock.TakeAsync(_store).ConfigureAwait(false);
            await _store.WriteAsync(Recover).ConfigureAwait(false);
            _poll = Task.Run(PollAsync);
            _ = WatchAsync();
        }
        finally
        {
            _startStop.Release();
        }
    }

    /// <inheritdoc cref="StopAsync(bool)"/>
    public Task StopAsync() => StopAsync(isForced: false);

    /// <summary>Hands out no more work. What was taken before may still be completed until <see cref="CloseAsync"/>.</summary>
    public Task StopAsync(bool isForced) => _stopping.CancelAsync();

    /// <summary>
    /// Stops, waits for what was taken until <paramref name="cancellationToken"/> fires, writes down what came of it, and frees the file.
    /// </summary>
    /// <remarks>The framework's worker, when stopped by force, does not wait; whoever stops it so calls this afterwards.</remarks>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _startStop.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (!_stopped)
            {
                _stopped = true;
                await FinishAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _startStop.Release();
        }

        _completion.TrySetResult();
    }

    /// <summary>Stops at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Does nothing: the file is made at the first use.</summary>
    public Task CreateAsync() => CreateAsync(recreateInstanceStore: false);

    /// <inheritdoc/>
    public Task CreateAsync(bool recreateInstanceStore) => recreateInstanceStore ? DeleteAsync() : CreateIfNotExistsAsync();

    /// <summary>Opens the file, and makes it if it is not there.</summary>
    public Task CreateIfNotExistsAsync()
    {
        _store.EnsureOpen();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task DeleteAsync() => DeleteAsync(deleteInstanceStore: true);

    /// <summary>Empties the database. Nothing may run on it.</summary>
    public async Task DeleteAsync(bool deleteInstanceStore)
    {
        if (_lock is not null)
        {
            throw new InvalidOperationException(
                $"The durable database '{_options.DatabasePath}' is running; stop it before it is emptied.");
        }

        using var only = await StoreLock.TakeAsync(_store).ConfigureAwait(false);
        await _store.WriteAsync(tx =>
            tx.Execute("DELETE FROM messages") + tx.Execute("DELETE FROM activities")
                + tx.Execute("DELETE FROM history") + tx.Execute("DELETE FROM instances"))
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public bool IsMaxMessageCountExceeded(int currentMessageCount, OrchestrationRuntimeState runtimeState) => false;

    /// <inheritdoc/>
    public int GetDelayInSecondsAfterOnProcessException(Exception exception) => exception is OperationCanceledException ? 0 : 1;

    /// <inheritdoc/>
    public int GetDelayInSecondsAfterOnFetchException(Exception exception) => exception is OperationCanceledException ? 0 : 1;

    /// <summary>A service that has stopped gives no more work; the worker asks until it is stopped, too.</summary>
    private static async Task<T> NoMoreAsync<T>(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        throw new OperationCanceledException(cancellationToken);
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        try
        {
            _due.Dispose();
            await _poll.ConfigureAwait(false);
            if (_lock is not null)
            {
                using var grace = new CancellationTokenSource(TurnGrace);
                await UntilAsync(() => _instances.Locked == 0, grace.Token).ConfigureAwait(false);
                await UntilAsync(() => _activities.Running == 0, cancellationToken).ConfigureAwait(false);
                if (_activities.Running is > 0 and var running)
                {
                    StoreLog.ActivitiesAbandoned(_log, running);
                }

                // Everything handed in before is on disk now.
                await _store.WriteAsync(_ => 0, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (DurableStoreException)
        {
            // It was logged, and Completion says so.
        }
        finally
        {
            if (_lock is not null)
            {
                _lock.Dispose();
                StoreLog.Stopped(_log);
            }
        }
    }

    private async Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition() && !cancellationToken.IsCancellationRequested && !_store.Faulted.IsCompleted)
        {
            await Task.Delay(5, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>On the writing thread, so that nothing is committed between what is read here and what is handed out later.</summary>
    private int Recover(StoreTransaction tx)
    {
        var damaged = new Dictionary<string, Exception>();
        var messages = tx.Query($"SELECT {StoreRows.MessageColumns} FROM messages ORDER BY id", r => Whole(r, StoreRows.Message, damaged));
        var activities = tx.Query(
            $"SELECT {StoreRows.ActivityColumns} FROM activities ORDER BY id", r => Whole(r, StoreRows.Activity, damaged));
        foreach (var (instance, reason) in damaged)
        {
            StoreLog.TurnFailed(_log, reason, instance);
            InstanceWrites.Fail(tx, instance, reason, Now);
        }

        StoreLog.Started(_log, _store.Path, messages.Count, activities.Count);
        tx.Written.Messages.InsertRange(0, messages.Where(m => m is not null && !damaged.ContainsKey(m.InstanceId)).Select(m => m!));
        tx.Written.Activities.AddRange(activities.Where(a => a is not null && !damaged.ContainsKey(a.InstanceId)).Select(a => a!));
        Follow(tx);
        _store.Committed = delivery =>
        {
            Deliver(delivery);
            SignalChanges(delivery);
        };
        return messages.Count;
    }

    /// <summary>A row as a record; null when it is damaged, which is noted with its instance.</summary>
    private static T? Whole<T>(SqliteDataReader row, Func<SqliteDataReader, T> map, Dictionary<string, Exception> damaged)
        where T : class
    {
        try
        {
            return map(row);
        }
        catch (FormatException e)
        {
            damaged.TryAdd(row.GetString(row.GetOrdinal("instance")), e);
            return null;
        }
    }

    private void SignalChanges(Delivery delivery) => delivery.Changed.ForEach(_signals.Changed);

    /// <summary>Hands out what was committed.</summary>
    private void Deliver(Delivery delivery)
    {
        delivery.OverExecutions.ForEach(_due.Cancel);
        delivery.Revoked.ForEach(_activities.Revoke);
        foreach (var message in delivery.Messages)
        {
            if (message.Due > Now)
            {
                _due.Add(message);
            }
            else
            {
                _instances.Deliver(message);
            }
        }

        delivery.Activities.ForEach(_activities.Enqueue);
    }

    /// <summary>Notes up to where messages are known.</summary>
    private void Follow(StoreTransaction tx) => (_dataVersion, _lastSeen) = (tx.DataVersion(), tx.LastMessageId());

    /// <summary>Looks for messages from other processes.</summary>
    private async Task PollAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(_options.PollInterval, _time);
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                await _store.WriteAsync(
                    tx =>
                    {
                        if (tx.DataVersion() == _dataVersion)
                        {
                            return 0;
                        }

                        tx.Written.Messages.AddRange(tx.MessagesOfOthers(_lastSeen));
                        Follow(tx);
                        return 0;
                    },
                    _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The way in which it ends.
        }
        catch (DurableStoreException) when (_store.Faulted.IsFaulted)
        {
            // Logged by the store, and told by Completion.
        }
        catch (Exception e)
        {
            StoreLog.PollFailed(_log, e);
            Fail(e);
        }
    }

    /// <summary>A database that can no longer be written ends the service.</summary>
    private async Task WatchAsync()
    {
        try
        {
            await _store.Faulted.WaitAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private void Fail(Exception reason)
    {
        _completion.TrySetException(reason);
        _ = _completion.Task.Exception; // Observed, also when nobody waits.
        _stopping.Cancel();
    }

    private void LogEnd(OrchestrationState? state)
    {
        if (state?.FailureDetails is { } failure)
        {
            StoreLog.Failed(_log, state.Name, state.OrchestrationInstance.InstanceId, failure.ToString());
        }
        else if (state is not null)
        {
            StoreLog.Ended(_log, state.Name, state.OrchestrationInstance.InstanceId, $"{state.OrchestrationStatus}");
        }
    }
}
