using System.Text.Json;

namespace Drover.LocalRuntime;

/// <summary>What clients and orchestrators write about instances from outside of those.</summary>
internal static class InstanceWrites
{
    /// <summary>The statuses of instances that have ended.</summary>
    public const string Completed = "(1, 3, 5)";

    /// <summary>Makes an instance pending and sends it its start; one that had completed is forgotten.</summary>
    /// <returns>Null, or the status of the instance that is in the way.</returns>
    public static OrchestrationRuntimeStatus? Create(
        StoreTransaction tx,
        string id,
        StartData start,
        long now,
        long due = 0,
        string? tags = null,
        IReadOnlySet<OrchestrationRuntimeStatus>? refuse = null)
    {
        var existing = tx.Query(
            "SELECT status, execution FROM instances WHERE id = @id",
            r => ((OrchestrationRuntimeStatus Status, long Execution)?)((OrchestrationRuntimeStatus)r.GetInt32(0), r.GetInt64(1)),
            id).FirstOrDefault();
        if (existing is { } old)
        {
            if (!IsCompleted(old.Status) || refuse?.Contains(old.Status) == true)
                return old.Status;
            Forget(tx, id, old.Execution);
        }

        var data = JsonSerializer.Serialize(start, DurableWire.Default.StartData);
        var execution = tx.Send(id, MessageKind.Start, data: data, due: due);
        tx.Execute(
            "INSERT INTO instances (id, name, version, status, execution, since, created, updated, input, tags, "
            + "parent, parent_name, parent_execution, parent_task) "
            + "VALUES (@id, @name, @version, @status, @execution, @execution, @now, @now, @input, @tags, "
            + "@parent, @parentname, @parentexecution, @parenttask)",
            id, start.Name, start.Version, (int)OrchestrationRuntimeStatus.Pending, execution, now, start.Input, tags,
            start.Parent?.InstanceId, start.Parent?.Name, start.Parent?.Execution, start.Parent?.Task);
        tx.Written.Changed.Add(id);
        return null;
    }

    /// <summary>Sends to an instance that has not completed; otherwise does nothing.</summary>
    public static bool SendIfLive(StoreTransaction tx, string id, MessageKind kind, string? name = null, string? data = null)
    {
        if (tx.Query($"SELECT 1 FROM instances WHERE id = @id AND status NOT IN {Completed}", r => true, id).Count == 0)
            return false;
        tx.Send(id, kind, name: name, data: data);
        return true;
    }

    /// <summary>Asks an instance, and if wished all that it started, to end.</summary>
    public static bool Terminate(StoreTransaction tx, string id, string? output, bool recursive)
    {
        var sent = SendIfLive(tx, id, MessageKind.Terminate, data: output);
        if (recursive)
        {
            foreach (var child in tx.Query("SELECT id FROM instances WHERE parent = @id", r => r.GetString(0), id))
                Terminate(tx, child, output, recursive);
        }

        return sent;
    }

    /// <summary>Removes an instance that has completed; returns how many went.</summary>
    public static int Purge(StoreTransaction tx, string id, bool recursive)
    {
        var execution = tx.Query(
            $"SELECT execution FROM instances WHERE id = @id AND status IN {Completed}", r => r.GetInt64(0), id);
        if (execution.Count == 0)
            return 0;

        var purged = 1;
        var children = recursive ? tx.Query("SELECT id FROM instances WHERE parent = @id", r => r.GetString(0), id) : [];
        Forget(tx, id, execution[0]);
        foreach (var child in children)
            purged += Purge(tx, child, recursive);
        return purged;
    }

    public static bool IsCompleted(OrchestrationRuntimeStatus status) => status
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    private static void Forget(StoreTransaction tx, string id, long execution)
    {
        tx.Execute("DELETE FROM history WHERE execution = @execution", execution);
        tx.Execute("DELETE FROM messages WHERE instance = @id", id);
        tx.Execute("DELETE FROM instances WHERE id = @id", id);
    }
}
