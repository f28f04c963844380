using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Sqlite.History;

namespace DurableTask.Sqlite.Storage;

/// <summary>What is written about instances from outside of them.</summary>
internal static class InstanceWrites
{
    /// <summary>The statuses of instances that have ended.</summary>
    public const string Ended = "(1, 3, 4, 5)";

    /// <summary>Makes an instance pending and sends it its start; one that had ended is forgotten.</summary>
    /// <param name="start">The start, with the instance's id.</param>
    /// <param name="refuse">Statuses, beside those of instances that have not ended, in which an instance of that id is in the way.</param>
    /// <returns>Null, or the status of the instance that is in the way.</returns>
    public static OrchestrationStatus? Create(
        StoreTransaction tx, ExecutionStartedEvent start, long now, IReadOnlyCollection<OrchestrationStatus>? refuse = null)
    {
        var (id, execution) = (start.OrchestrationInstance.InstanceId, start.OrchestrationInstance.ExecutionId);
        var old = tx.Query(
            "SELECT status, key FROM instances WHERE id = @id", r => ((OrchestrationStatus)r.GetInt32(0), r.GetInt64(1)), id);
        foreach (var (status, key) in old)
        {
            if (!HasEnded(status) || refuse?.Contains(status) == true)
            {
                return status;
            }

            Forget(tx, id, key);
        }

        var due = start.ScheduledStartTime?.ToUniversalTime().Ticks;
        var since = tx.Send(id, execution, start, due > now ? due.Value : 0);
        var parent = start.ParentInstance;
        tx.Execute(
            "INSERT INTO instances (id, execution, since, name, version, status, created, updated, scheduled, input, tags, parent, parent_execution, parent_step, generation) "
            + "VALUES (@id, @execution, @since, @name, @version, @status, @now, @now, @scheduled, @input, @tags, @parent, @parentexecution, @parentstep, @generation)",
            id, execution, since, start.Name, start.Version ?? "", (int)OrchestrationStatus.Pending, now, due, start.Input,
            start.Tags is { Count: > 0 } tags ? EventCodec.ToJson(tags) : null,
            parent?.OrchestrationInstance.InstanceId, parent?.OrchestrationInstance.ExecutionId, parent?.TaskScheduleId, start.Generation);
        tx.Written.Changed.Add(id);
        return null;
    }

    /// <summary>Sends to an instance that has not ended; otherwise does nothing.</summary>
    public static bool SendIfLive(StoreTransaction tx, string id, string? execution, HistoryEvent e)
    {
        if (tx.Query($"SELECT 1 FROM instances WHERE id = @id AND status NOT IN {Ended}", r => true, id).Count == 0)
        {
            return false;
        }

        tx.Send(id, execution, e);
        return true;
    }

    /// <summary>Ends an instance: its messages, timers and unstarted activities go.</summary>
    public static void End(StoreTransaction tx, string id, OrchestrationState state, long now)
    {
        tx.Execute(
            "UPDATE instances SET execution = @execution, status = @status, updated = @now, completed = @now, output = @output, "
            + "failure = @failure, custom_status = @custom WHERE id = @id",
            state.OrchestrationInstance.ExecutionId, (int)state.OrchestrationStatus, now, state.Output,
            EventCodec.ToJson(FailureTexts.Cut(state.FailureDetails)), state.Status, id);
        tx.Execute("DELETE FROM messages WHERE instance = @id", id);
        if (state.OrchestrationStatus is OrchestrationStatus.Terminated)
        {
            tx.Execute("DELETE FROM activities WHERE instance = @id", id);
            tx.Written.Revoked.Add(state.OrchestrationInstance.ExecutionId);
        }

        tx.Written.Changed.Add(id);
    }

    /// <summary>Ends an instance, if it has not ended, because what is stored of it cannot be read.</summary>
    public static void Fail(StoreTransaction tx, string id, Exception reason, long now)
    {
        foreach (var state in tx.Query(
            $"SELECT {StoreRows.InstanceColumns} FROM instances WHERE id = @id AND status NOT IN {Ended}",
            r => StoreRows.Instance(r, payloads: true),
            id))
        {
            (state.OrchestrationStatus, state.FailureDetails) = (OrchestrationStatus.Failed, new FailureDetails(reason));
            state.Output = state.FailureDetails.ToString();
            End(tx, id, state, now);
            tx.Execute("DELETE FROM activities WHERE instance = @id", id);
            if (state.ParentInstance is { } parent)
            {
                TellParent(tx, parent, state);
            }
        }
    }

    /// <summary>Tells the parent that its child has failed.</summary>
    public static bool TellParent(StoreTransaction tx, ParentInstance parent, OrchestrationState end) => SendIfLive(
        tx, parent.OrchestrationInstance.InstanceId, parent.OrchestrationInstance.ExecutionId,
        new SubOrchestrationInstanceFailedEvent(-1, parent.TaskScheduleId, end.Output, null, FailureTexts.Cut(end.FailureDetails)));

    /// <summary>Removes an instance that has ended; returns how many went.</summary>
    public static int Purge(StoreTransaction tx, string id)
    {
        var key = tx.Query($"SELECT key FROM instances WHERE id = @id AND status IN {Ended}", r => r.GetInt64(0), id);
        if (key.Count == 0)
        {
            return 0;
        }

        Forget(tx, id, key[0]);
        return 1;
    }

    public static bool HasEnded(OrchestrationStatus status) => status is OrchestrationStatus.Completed or OrchestrationStatus.Failed
        or OrchestrationStatus.Canceled or OrchestrationStatus.Terminated;

    private static void Forget(StoreTransaction tx, string id, long key)
    {
        tx.Execute("DELETE FROM history WHERE instance = @key", key);
        tx.Execute("DELETE FROM messages WHERE instance = @id", id);
        tx.Execute("DELETE FROM instances WHERE key = @key", key);
    }
}
