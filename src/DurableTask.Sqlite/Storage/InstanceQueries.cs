using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using DurableTask.Sqlite.Instances;
using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Storage;

/// <summary>Reads instances.</summary>
internal static class InstanceQueries
{
    public static OrchestrationState? Find(SqliteConnection connection, string id, bool payloads)
    {
        using var statement = new SqlStatement(connection, $"SELECT {StoreRows.InstanceColumns} FROM instances WHERE id = @id");
        return statement.Read(r => StoreRows.Instance(r, payloads), id).FirstOrDefault();
    }

    /// <summary>One page in the order of ids; the continuation token is the last id of the page before.</summary>
    public static OrchestrationQueryResult List(SqliteConnection connection, OrchestrationQuery query)
    {
        var size = Math.Max(1, query.PageSize);
        using var statement = new SqlStatement(
            connection,
            $"SELECT {StoreRows.InstanceColumns} FROM instances WHERE id > @after AND {Conditions(query.RuntimeStatus)} "
            + "AND substr(id, 1, length(@prefix)) = @prefix ORDER BY id LIMIT @limit");
        var rows = statement.Read(
            r => StoreRows.Instance(r, query.FetchInputsAndOutputs),
            query.ContinuationToken ?? "", Ticks(query.CreatedTimeFrom, 0), Ticks(query.CreatedTimeTo, long.MaxValue),
            query.InstanceIdPrefix ?? "", size + 1);
        if (rows.Count <= size)
        {
            return new(rows, null);
        }

        rows.RemoveAt(size);
        return new(rows, rows[^1].OrchestrationInstance.InstanceId);
    }

    /// <summary>The instances that an instance has started.</summary>
    public static List<string> Children(SqliteConnection connection, string id)
    {
        using var statement = new SqlStatement(connection, "SELECT id FROM instances WHERE parent = @id ORDER BY id");
        return statement.Read(r => r.GetString(0), id);
    }

    /// <summary>What is needed to go on with an instance; null when there is no such instance or it has ended.</summary>
    public static InstanceState? Load(SqliteConnection connection, string id)
    {
        using var instance = new SqlStatement(
            connection, $"SELECT key, since, execution FROM instances WHERE id = @id AND status NOT IN {InstanceWrites.Ended}");
        var (key, since, execution) = instance.Read(r => (r.GetInt64(0), r.GetInt64(1), r.GetString(2)), id).FirstOrDefault();
        return execution is null ? null : new(key, since, execution, History(connection, key));
    }

    /// <summary>The history of an instance's last execution; null when there is no such instance.</summary>
    public static List<HistoryEvent>? History(SqliteConnection connection, string id, string? execution)
    {
        using var instance = new SqlStatement(
            connection, "SELECT key FROM instances WHERE id = @id AND execution = coalesce(@execution, execution)");
        return instance.Read(r => r.GetInt64(0), id, execution) is [var key] ? History(connection, key) : null;
    }

    /// <summary>Some ids of ended instances that a purge is to remove.</summary>
    public static List<string> Purgeable(StoreTransaction tx, PurgeInstanceFilter filter, int limit) => tx.Query(
        $"SELECT id FROM instances WHERE {Conditions(filter.RuntimeStatus)} AND status IN {InstanceWrites.Ended} LIMIT @limit",
        r => r.GetString(0),
        filter.CreatedTimeFrom.Ticks, Ticks(filter.CreatedTimeTo, long.MaxValue), limit);

    private static List<HistoryEvent> History(SqliteConnection connection, long key)
    {
        using var statement = new SqlStatement(
            connection, $"SELECT {StoreRows.EventColumns} FROM history WHERE instance = @key ORDER BY seq");
        return statement.Read(StoreRows.Event, key);
    }

    private static string Conditions(IEnumerable<OrchestrationStatus>? statuses) =>
        "created >= @from AND created <= @to"
        + (statuses?.Any() != true ? "" : $" AND status IN ({string.Join(',', statuses.Select(s => (int)s).Distinct())})");

    private static long Ticks(DateTime? time, long otherwise) => time?.ToUniversalTime().Ticks ?? otherwise;
}
