using DurableTask.Core.History;
using DurableTask.Sqlite.History;
using DurableTask.Sqlite.Instances;
using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Storage;

/// <summary>What can be done inside a write transaction, and what the transaction gives to hand out once it has committed.</summary>
/// <remarks>One object lives as long as the writer's connection, because its statements stay prepared.</remarks>
internal sealed class StoreTransaction(SqliteConnection connection, long writer) : IDisposable
{
    private readonly Dictionary<string, SqlStatement> _statements = [];

    /// <summary>What this transaction has written so far.</summary>
    public Delivery Written { get; private set; } = new();

    private long LastId => SQLitePCL.raw.sqlite3_last_insert_rowid(connection.Handle);

    public void Begin()
    {
        Written = new();
        Execute("BEGIN IMMEDIATE");
    }

    public void Commit() => Execute("COMMIT");

    public void Rollback()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            Execute("ROLLBACK");
        }
    }

    public int Execute(string sql, params ReadOnlySpan<object?> values) => Statement(sql).Run(values);

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> values) =>
        Statement(sql).Read(map, values);

    /// <summary>Puts a message into an instance's inbox and returns its id.</summary>
    public long Send(string instance, string? execution, HistoryEvent e, long deliverAt = 0)
    {
        var row = EventCodec.Encode(e);
        Execute(
            "INSERT INTO messages (instance, execution, kind, event_id, step, name, data, at, due, more, deliver_at, writer) "
            + "VALUES (@instance, @execution, @kind, @eventid, @step, @name, @data, @at, @due, @more, @deliverat, @writer)",
            instance, execution, row.Kind, row.EventId, row.Step, row.Name, row.Data, row.At, row.Due, row.More, deliverAt, writer);
        var id = LastId;
        Written.Messages.Add(new(id, instance, execution, e, deliverAt));
        return id;
    }

    public void Schedule(string instance, string execution, TaskScheduledEvent e)
    {
        var row = EventCodec.Encode(e);
        Execute(
            "INSERT INTO activities (instance, execution, kind, event_id, step, name, data, at, due, more) "
            + "VALUES (@instance, @execution, @kind, @eventid, @step, @name, @data, @at, @due, @more)",
            instance, execution, row.Kind, row.EventId, row.Step, row.Name, row.Data, row.At, row.Due, row.More);
        Written.Activities.Add(new(LastId, instance, execution, e));
    }

    public void AppendHistory(long instance, long seq, HistoryEvent e)
    {
        var row = EventCodec.Encode(e);
        Execute(
            "INSERT INTO history (instance, seq, kind, event_id, step, name, data, at, due, more) "
            + "VALUES (@instance, @seq, @kind, @eventid, @step, @name, @data, @at, @due, @more)",
            instance, seq, row.Kind, row.EventId, row.Step, row.Name, row.Data, row.At, row.Due, row.More);
    }

    /// <summary>Messages that other processes wrote after <paramref name="after"/>.</summary>
    public List<InstanceMessage> MessagesOfOthers(long after) => Query(
        $"SELECT {StoreRows.MessageColumns} FROM messages WHERE id > @after AND writer <> @writer ORDER BY id",
        StoreRows.Message, after, writer);

    public long LastMessageId() =>
        Query("SELECT seq FROM sqlite_sequence WHERE name = 'messages'", r => r.GetInt64(0)).FirstOrDefault();

    /// <summary>Changes whenever another connection has committed.</summary>
    public long DataVersion() => Query("PRAGMA data_version", r => r.GetInt64(0))[0];

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }
    }

    private SqlStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            _statements[sql] = statement = new(connection, sql);
        }

        return statement;
    }
}
