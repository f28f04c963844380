using Microsoft.Data.Sqlite;

namespace Drover.LocalRuntime;

/// <summary>Reads instances for clients.</summary>
internal static class InstanceQueries
{
    public static OrchestrationMetadata? Find(SqliteConnection connection, string id, bool payloads)
    {
        using var statement = new SqlStatement(connection, $"SELECT {StoreRows.InstanceColumns} FROM instances WHERE id = @id");
        return statement.Read(r => StoreRows.Instance(r, payloads), id).FirstOrDefault();
    }

    /// <summary>One page in the order of ids; the continuation token is the last id of the page before.</summary>
    public static Page<OrchestrationMetadata> List(SqliteConnection connection, OrchestrationQuery query, string? after, int size)
    {
        using var statement = new SqlStatement(
            connection,
            $"SELECT {StoreRows.InstanceColumns} FROM instances WHERE id > @after AND {Conditions(query.Statuses)} "
            + "AND substr(id, 1, length(@prefix)) = @prefix ORDER BY id LIMIT @limit");
        var rows = statement.Read(
            r => StoreRows.Instance(r, query.FetchInputsAndOutputs),
            after ?? "", Ticks(query.CreatedFrom, 0), Ticks(query.CreatedTo, long.MaxValue), query.InstanceIdPrefix ?? "", size + 1);
        if (rows.Count <= size)
            return new(rows);
        rows.RemoveAt(size);
        return new(rows, rows[^1].InstanceId);
    }

    /// <summary>The ids of completed instances that a purge is to remove.</summary>
    public static List<string> Purgeable(StoreTransaction tx, PurgeInstancesFilter filter) => tx.Query(
        $"SELECT id FROM instances WHERE {Conditions(filter.Statuses)} AND status IN {InstanceWrites.Completed}",
        r => r.GetString(0),
        Ticks(filter.CreatedFrom, 0), Ticks(filter.CreatedTo, long.MaxValue));

    private static string Conditions(IEnumerable<OrchestrationRuntimeStatus>? statuses) =>
        "created >= @from AND created <= @to"
        + (statuses is null ? "" : $" AND status IN ({string.Join(',', statuses.Select(s => (int)s).Distinct())})");

    private static long Ticks(DateTimeOffset? time, long otherwise) => time?.UtcTicks ?? otherwise;
}
