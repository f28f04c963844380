using System.Globalization;
using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Sqlite.History;
using DurableTask.Sqlite.Instances;
using DurableTask.Sqlite.Storage;

namespace DurableTask.Sqlite;

/// <content>The activities' work items.</content>
/// <remarks>
/// The slot of an activity is free as soon as it has returned, not when its result is on disk; a writer that falls
/// behind holds the slots back. What a crash loses in between is run again.
/// </remarks>
public sealed partial class SqliteOrchestrationService
{
    /// <inheritdoc/>
    public async Task<TaskActivityWorkItem> LockNextTaskActivityWorkItem(TimeSpan receiveTimeout, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        try
        {
            return new ActivityItem(await _activities.TakeAsync(either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return await NoMoreAsync<TaskActivityWorkItem>(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Does nothing: locks do not run out, because one process alone runs a file.</summary>
    public Task<TaskActivityWorkItem> RenewTaskActivityWorkItemLockAsync(TaskActivityWorkItem workItem) => Task.FromResult(workItem);

    /// <inheritdoc/>
    public async Task CompleteTaskActivityWorkItemAsync(TaskActivityWorkItem workItem, TaskMessage responseMessage)
    {
        var work = ((ActivityItem)workItem).Work;
        var answer = FailureTexts.Cut(responseMessage.Event);
        if (answer is TaskFailedEvent failed)
        {
            StoreLog.ActivityFailed(_log, work.Event.Name!, work.InstanceId, work.Event.EventId, failed.Reason);
        }

        answer.Timestamp = _time.GetUtcNow().UtcDateTime;
        try
        {
            var written = await _store.EnqueueAsync(tx => Answer(tx, work, answer), CancellationToken.None).ConfigureAwait(false);
            _ = ObserveAsync(written, work);
        }
        catch (Exception e) when (e is DurableStoreException or ObjectDisposedException)
        {
            StoreLog.ActivityNotWritten(_log, e, work.Event.Name, work.InstanceId, work.Event.EventId);
        }
        finally
        {
            _activities.Release();
        }
    }

    /// <summary>Gives an activity back; it is run again, at the next start if this one is stopping.</summary>
    public Task AbandonTaskActivityWorkItemAsync(TaskActivityWorkItem workItem)
    {
        if (!_stopping.IsCancellationRequested)
        {
            _activities.Enqueue(((ActivityItem)workItem).Work);
        }

        _activities.Release();
        return Task.CompletedTask;
    }

    private static bool Answer(StoreTransaction tx, ActivityWork work, HistoryEvent answer)
    {
        if (tx.Execute("DELETE FROM activities WHERE id = @id", work.Id) == 0)
        {
            return false; // Its instance was terminated.
        }

        tx.Send(work.InstanceId, work.ExecutionId, answer);
        return true;
    }

    /// <summary>A result that cannot be written becomes a failure that can.</summary>
    private async Task ObserveAsync(Task written, ActivityWork work)
    {
        try
        {
            await written.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            StoreLog.ActivityNotWritten(_log, e, work.Event.Name, work.InstanceId, work.Event.EventId);
            if (!_store.Faulted.IsFaulted)
            {
                var why = $"The result could not be written: {e.Message}";
                var failure = new TaskFailedEvent(
                    -1, work.Event.EventId, why, null, new FailureDetails(e.GetType().FullName!, why, null, null, false));
                await _store.WriteAsync(tx => Answer(tx, work, failure)).ConfigureAwait(false);
            }
        }
    }

    private sealed class ActivityItem : TaskActivityWorkItem
    {
        public ActivityItem(ActivityWork work)
        {
            Work = work;
            Id = work.Id.ToString(CultureInfo.InvariantCulture);
            LockedUntilUtc = DateTime.MaxValue;
            TaskMessage = work.ToTaskMessage();
        }

        public ActivityWork Work { get; }
    }
}
