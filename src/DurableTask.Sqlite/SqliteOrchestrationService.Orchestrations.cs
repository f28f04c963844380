using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Sqlite.History;
using DurableTask.Sqlite.Instances;
using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite;

/// <content>The orchestrations' work items: locked one instance at a time, completed in one transaction.</content>
public sealed partial class SqliteOrchestrationService
{
    /// <summary>How long after a failed read the next one is tried.</summary>
    private static readonly TimeSpan ReadPause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<TaskOrchestrationWorkItem> LockNextTaskOrchestrationWorkItemAsync(
        TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        try
        {
            while (true)
            {
                var (slot, messages) = await _instances.LockNextAsync(either.Token).ConfigureAwait(false);
                if (await PrepareAsync(slot, messages).ConfigureAwait(false) is { } item)
                {
                    return item;
                }

                _instances.Release(slot);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return await NoMoreAsync<TaskOrchestrationWorkItem>(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task CompleteTaskOrchestrationWorkItemAsync(
        TaskOrchestrationWorkItem workItem,
        OrchestrationRuntimeState newOrchestrationRuntimeState,
        IList<TaskMessage> outboundMessages,
        IList<TaskMessage> orchestratorMessages,
        IList<TaskMessage> timerMessages,
        TaskMessage continuedAsNewMessage,
        OrchestrationState orchestrationState)
    {
        var item = (OrchestrationWorkItem)workItem;
        var (slot, state) = (item.Slot, item.Slot.State!);
        var isNew = orchestrationState?.OrchestrationInstance.ExecutionId != state.ExecutionId;
        var commit = new EpisodeCommit(slot.InstanceId, state, Now)
        {
            Consumed = item.Messages,
            State = orchestrationState,
            Events = [.. (isNew ? newOrchestrationRuntimeState.Events : newOrchestrationRuntimeState.NewEvents).Select(FailureTexts.Cut)],
            Outbound = [.. outboundMessages, .. timerMessages, .. orchestratorMessages],
        };
        try
        {
            await _store.WriteAsync(commit.Apply).ConfigureAwait(false);
        }
        catch (Exception e) when (!_store.Faulted.IsFaulted)
        {
            await FailAsync(slot, item.Messages, e).ConfigureAwait(false);
            return;
        }

        if (commit.Ends || orchestrationState is null)
        {
            LogEnd(orchestrationState);
            slot.Held.Clear();
            slot.Forget();
            return;
        }

        if (commit.IsNewExecution)
        {
            state.History.Clear();
            state.ExecutionId = orchestrationState.OrchestrationInstance.ExecutionId;
        }

        state.History.AddRange(commit.Events);
    }

    /// <summary>Gives a work item back; its messages are shown again.</summary>
    public Task AbandonTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        var item = (OrchestrationWorkItem)workItem;
        if (!_store.Faulted.IsFaulted && !_stopping.IsCancellationRequested)
        {
            StoreLog.TurnAbandoned(_log, item.InstanceId);
        }

        item.Slot.Forget();
        _instances.Return(item.Slot, item.Messages);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReleaseTaskOrchestrationWorkItemAsync(TaskOrchestrationWorkItem workItem)
    {
        _instances.Release(((OrchestrationWorkItem)workItem).Slot);
        return Task.CompletedTask;
    }

    /// <summary>Does nothing: locks do not run out, because one process alone runs a file.</summary>
    public Task RenewTaskOrchestrationWorkItemLockAsync(TaskOrchestrationWorkItem workItem) => Task.CompletedTask;

    /// <summary>What to show to the code; null when there is nothing to show.</summary>
    private async Task<TaskOrchestrationWorkItem?> PrepareAsync(InstanceSlot slot, List<InstanceMessage> messages)
    {
        InstanceMessage[] held = [.. slot.Held];
        try
        {
            return await PickAsync(slot, messages).ConfigureAwait(false);
        }
        catch (DurableStoreException e) when (!_store.Faulted.IsFaulted)
        {
            // Say, too many open files. It is not the instance's fault, so it waits.
            StoreLog.ReadFailed(_log, e, slot.InstanceId);
            slot.Forget();
            slot.Held.Clear();
            slot.Held.AddRange(held);
            _instances.Return(slot, messages);
            await BackoffAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (!_store.Faulted.IsFaulted)
        {
            await FailAsync(slot, messages, e).ConfigureAwait(false);
        }
        catch (DurableStoreException)
        {
            _instances.Return(slot, messages); // Everything stops.
        }

        return null;
    }

    private async Task<TaskOrchestrationWorkItem?> PickAsync(InstanceSlot slot, List<InstanceMessage> messages)
    {
        if (messages.Exists(m => m.IsStart))
        {
            slot.Forget(); // It may have been scheduled again since.
        }

        slot.State ??= _store.Read(c => InstanceQueries.Load(c, slot.InstanceId));
        List<InstanceMessage> all = [.. slot.Held, .. messages];
        slot.Held.Clear();
        if (slot.State is not { } state)
        {
            await DropAsync(slot.InstanceId, all).ConfigureAwait(false);
            return null;
        }

        var stale = all.FindAll(m => m.Id < state.Since);
        all.RemoveAll(m => m.Id < state.Since);
        await DropAsync(slot.InstanceId, stale).ConfigureAwait(false);
        var start = all.FindIndex(m => m.IsStart);
        if (!state.IsStarted && start < 0)
        {
            return await HoldAsync(slot, all).ConfigureAwait(false);
        }

        if (start > 0)
        {
            (all[0], all[start]) = (all[start], all[0]);
            all.Sort(1, all.Count - 1, Comparer<InstanceMessage>.Create((a, b) => a.Id.CompareTo(b.Id)));
        }

        return all.Count == 0 ? null : new OrchestrationWorkItem(slot, state, all);
    }

    /// <summary>Keeps what comes before an instance starts; one that is terminated before ends without having run.</summary>
    private async Task<TaskOrchestrationWorkItem?> HoldAsync(InstanceSlot slot, List<InstanceMessage> messages)
    {
        if (messages.Find(m => m.Event is ExecutionTerminatedEvent)?.Event is not ExecutionTerminatedEvent terminated)
        {
            slot.Held.AddRange(messages);
            return null;
        }

        await EndAsync(slot, messages, OrchestrationStatus.Terminated, terminated.Input, null).ConfigureAwait(false);
        return null;
    }

    /// <summary>Ends an instance that cannot be read, run or written; the others go on.</summary>
    private async Task FailAsync(InstanceSlot slot, List<InstanceMessage> messages, Exception reason)
    {
        StoreLog.TurnFailed(_log, reason, slot.InstanceId);
        slot.Forget();
        try
        {
            await EndAsync(slot, messages, OrchestrationStatus.Failed, null, new FailureDetails(reason)).ConfigureAwait(false);
        }
        catch (Exception e) when (!_store.Faulted.IsFaulted)
        {
            StoreLog.TurnFailed(_log, e, slot.InstanceId);
        }
    }

    private async Task EndAsync(
        InstanceSlot slot, List<InstanceMessage> messages, OrchestrationStatus status, string? output, FailureDetails? failure)
    {
        slot.Held.Clear();
        slot.Forget();
        var state = _store.Read(c => InstanceQueries.Find(c, slot.InstanceId, payloads: true));
        if (state is null || InstanceWrites.HasEnded(state.OrchestrationStatus))
        {
            await DropAsync(slot.InstanceId, messages).ConfigureAwait(false);
            return;
        }

        (state.OrchestrationStatus, state.Output, state.FailureDetails) = (status, output ?? failure?.ToString(), failure);
        await _store.WriteAsync(tx =>
        {
            InstanceWrites.End(tx, slot.InstanceId, state, Now);
            tx.Written.OverExecutions.Add(state.OrchestrationInstance.ExecutionId);
            return state.ParentInstance is { } parent && InstanceWrites.TellParent(tx, parent, state);
        }).ConfigureAwait(false);
        LogEnd(state);
    }

    private async Task DropAsync(string instanceId, List<InstanceMessage> messages)
    {
        if (messages.Count == 0)
        {
            return;
        }

        foreach (var message in messages)
        {
            StoreLog.Dropped(_log, $"{message.Event.EventType}", instanceId);
        }

        await _store.WriteAsync(new EpisodeCommit(instanceId, null, Now) { Consumed = messages }.Apply).ConfigureAwait(false);
    }

    private async Task BackoffAsync()
    {
        try
        {
            await Task.Delay(ReadPause, _time, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping: the lock is not waited for any more.
        }
    }
}
