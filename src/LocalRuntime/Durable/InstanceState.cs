using Microsoft.Data.Sqlite;

namespace Drover.LocalRuntime;

/// <summary>What the engine knows of an instance that has not completed.</summary>
internal sealed class InstanceState
{
    public required OrchestrationRuntimeStatus Status { get; set; }

    /// <summary>The present execution: the id of the message that started it, or will.</summary>
    public required long Execution { get; set; }

    /// <summary>Messages below this id are from before the instance was scheduled.</summary>
    public required long Since { get; init; }

    /// <summary>How many history events the execution has; none before it has started.</summary>
    public required long HistoryLength { get; set; }

    public required string Name { get; init; }

    /// <summary>Who waits for the result, if anybody.</summary>
    public ParentLink? Parent { get; init; }

    public bool IsStarted => HistoryLength > 0;

    /// <summary>Reads it; null when there is no such instance or it has completed.</summary>
    public static InstanceState? Load(SqliteConnection connection, string id)
    {
        using var statement = new SqlStatement(
            connection,
            "SELECT status, execution, since, name, (SELECT COUNT(*) FROM history h WHERE h.execution = i.execution), "
            + "parent, parent_name, parent_execution, parent_task "
            + "FROM instances i WHERE id = @id AND status NOT IN "
            + InstanceWrites.Completed);
        return statement.Read(
            r => new InstanceState
            {
                Status = (OrchestrationRuntimeStatus)r.GetInt32(0),
                Execution = r.GetInt64(1),
                Since = r.GetInt64(2),
                Name = r.GetString(3),
                HistoryLength = r.GetInt64(4),
                Parent = StoreRows.Text(r, 5) is { } parent ? new(parent, r.GetString(6), r.GetInt64(7), r.GetInt32(8)) : null,
            },
            id).FirstOrDefault();
    }

    public static List<HistoryEvent> LoadHistory(SqliteConnection connection, long execution)
    {
        using var statement = new SqlStatement(
            connection, "SELECT kind, task, name, data, at FROM history WHERE execution = @execution ORDER BY seq");
        return statement.Read(StoreRows.History, execution);
    }
}
