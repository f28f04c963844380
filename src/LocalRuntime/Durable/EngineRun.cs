using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>The loops of a started engine, and the ways by which work gets to them.</summary>
internal sealed class EngineRun
{
    /// <summary>How long a stop waits for orchestrator code that does not come back.</summary>
    private static readonly TimeSpan EpisodeGrace = TimeSpan.FromSeconds(5);

    /// <summary>How long after a failed read the next one is tried.</summary>
    private static readonly TimeSpan ReadPause = TimeSpan.FromSeconds(1);

    private readonly DurableEngineOptions _options;
    private readonly DurableStore _store;
    private readonly EngineLock _lock;
    private readonly EpisodeRunner _episodes;
    private readonly ActivityRunner _activities;
    private readonly InstanceTable _instances;
    private readonly DueMessages _due;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationToken _stopping;
    private readonly SemaphoreSlim _stop = new(1);
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loops = Task.CompletedTask, _activityLoops = Task.CompletedTask;
    private long _dataVersion, _lastSeen;
    private bool _stopped;

    public EngineRun(
        DurableEngineOptions options,
        DurableStore store,
        EngineLock engineLock,
        EpisodeRunner episodes,
        ActivityRunner activities,
        TimeProvider time,
        ILogger log,
        CancellationToken stopping)
    {
        (_options, _store, _lock, _episodes, _activities) = (options, store, engineLock, episodes, activities);
        (_time, _log, _stopping) = (time, log, stopping);
        _instances = new(options.MaxCachedInstances);
        _due = new(time, _instances.Deliver);
    }

    /// <summary>Fails when a loop ended that should not have.</summary>
    public Task Broken => _broken.Task;

    public void Start()
    {
        var episodes = Enumerable.Range(0, _options.MaxConcurrentOrchestrations).Select(_ => RunLoopAsync(EpisodesAsync));
        _loops = Task.WhenAll([.. episodes, RunLoopAsync(PollAsync)]);
        _activityLoops = Task.WhenAll(
            [.. Enumerable.Range(0, _options.MaxConcurrentActivities).Select(_ => RunLoopAsync(() => _activities.RunAsync(_stopping)))]);
    }

    /// <summary>Hands out what was committed.</summary>
    public void Deliver(Delivery delivery)
    {
        if (_stopping.IsCancellationRequested)
            return;
        delivery.Messages.ForEach(Route);
        delivery.Activities.ForEach(_activities.Enqueue);
        delivery.Revoked.ForEach(_activities.Revoke);
        foreach (var (execution, task) in delivery.CancelledTimers)
            _due.Cancel(execution, task);
    }

    /// <summary>Notes up to where messages are known.</summary>
    public void Follow(StoreTransaction tx) => (_dataVersion, _lastSeen) = (tx.DataVersion(), tx.LastMessageId());

    /// <summary>Fails an instance whose code broke a rule while no episode of it ran.</summary>
    public void Abort(OrchestrationExecution execution, Exception reason) =>
        _instances.Deliver(new(0, execution.InstanceId, MessageKind.Abort, execution.Id, 0, null, reason.Message, 0));

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.WaitAsync(CancellationToken.None);
        try
        {
            if (!_stopped)
                await StopLoopsAsync(cancellationToken);
            _stopped = true;
        }
        finally
        {
            _stop.Release();
        }
    }

    private async Task StopLoopsAsync(CancellationToken cancellationToken)
    {
        try
        {
            _due.Dispose();
            await Task.WhenAny(_loops, Task.Delay(EpisodeGrace, CancellationToken.None));
            await Task.WhenAny(_activityLoops, Task.Delay(Timeout.Infinite, cancellationToken));
            if (_activities.Running is > 0 and var running)
                DurableLog.ActivitiesAbandoned(_log, running);
            await _store.WriteAsync(_ => 0, CancellationToken.None); // everything handed in before is on disk now
        }
        catch (DurableStoreException)
        {
            // It was logged, and Completion says so.
        }
        finally
        {
            _lock.Dispose();
            DurableLog.Stopped(_log);
        }
    }

    private void Route(InstanceMessage message)
    {
        if (message.Due > _time.GetUtcNow().UtcTicks)
            _due.Add(message);
        else
            _instances.Deliver(message);
    }

    private async Task RunLoopAsync(Func<Task> loop)
    {
        try
        {
            await Task.Run(loop, CancellationToken.None);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The way in which a loop ends.
        }
        catch (DurableStoreException) when (_store.Faulted.IsFaulted)
        {
            // Logged by the store; the engine stops.
        }
        catch (Exception e)
        {
            DurableLog.LoopFailed(_log, e);
            _broken.TrySetException(e);
        }
    }

    private async Task EpisodesAsync()
    {
        await foreach (var slot in _instances.Ready.ReadAllAsync(_stopping))
        {
            await EpisodeAsync(slot);
            _instances.Release(slot);
        }
    }

    private async Task EpisodeAsync(InstanceSlot slot)
    {
        var messages = _instances.TakeInbox(slot);
        InstanceMessage[] held = [.. slot.Held];
        try
        {
            if (_episodes.Run(slot, messages) is not { } episode)
                return;
            await CommitAsync(slot, episode.Commit);
            if (episode.Commit.Outcome?.ContinueAs is not null)
                _instances.Return(slot, episode.Later);
        }
        catch (DurableStoreException e) when (!_store.Faulted.IsFaulted)
        {
            // Say, too many open files. It is not the instance's fault, so it waits.
            DurableLog.ReadFailed(_log, e, slot.InstanceId);
            slot.Forget();
            slot.Held.Clear();
            slot.Held.AddRange(held);
            _instances.Return(slot, messages);
            await Task.Delay(ReadPause, _time, _stopping);
        }
        catch (Exception e) when (!_store.Faulted.IsFaulted)
        {
            DurableLog.EpisodeFailed(_log, e, slot.InstanceId);
            await FailAsync(slot, e);
        }
    }

    /// <summary>Ends an instance that cannot be run or written; the others go on.</summary>
    private async Task FailAsync(InstanceSlot slot, Exception reason)
    {
        slot.Forget();
        try
        {
            slot.State = _store.Read(c => InstanceState.Load(c, slot.InstanceId));
            if (slot.State is not null)
                await CommitAsync(slot, _episodes.Fail(slot.InstanceId, slot.State, reason));
        }
        catch (Exception e) when (!_store.Faulted.IsFaulted)
        {
            DurableLog.EpisodeFailed(_log, e, slot.InstanceId);
            slot.Forget();
        }
    }

    private async Task CommitAsync(InstanceSlot slot, EpisodeCommit commit)
    {
        var execution = await _store.WriteAsync(commit.Apply);
        if (commit.Outcome is { ContinueAs: null } outcome)
        {
            var name = slot.State?.Name ?? "";
            if (outcome.Failure is { } failure)
                DurableLog.Failed(_log, name, slot.InstanceId, failure.ToString());
            else
                DurableLog.Ended(_log, name, slot.InstanceId, outcome.Status);
            slot.Held.Clear();
            slot.Forget();
        }
        else if (slot.State is { } state)
        {
            state.Status = commit.Status;
            state.HistoryLength = commit.Outcome is null ? state.HistoryLength + commit.Events.Count : 0;
            state.Execution = execution;
            if (commit.Outcome is not null)
                slot.Live = null;
        }
    }

    /// <summary>Looks for messages from other processes.</summary>
    private async Task PollAsync()
    {
        using var timer = new PeriodicTimer(_options.PollInterval, _time);
        while (await timer.WaitForNextTickAsync(_stopping))
        {
            await _store.WriteAsync(
                tx =>
                {
                    if (tx.DataVersion() == _dataVersion)
                        return 0;
                    tx.Written.Messages.AddRange(tx.MessagesOfOthers(_lastSeen));
                    Follow(tx);
                    return 0;
                },
                _stopping);
        }
    }
}
