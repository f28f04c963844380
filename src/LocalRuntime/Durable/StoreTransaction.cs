using Microsoft.Data.Sqlite;

namespace Drover.LocalRuntime;

/// <summary>What can be done inside a write transaction, and what the transaction gives to deliver once it has committed.</summary>
/// <remarks>One object lives as long as the writer's connection, because its statements stay prepared.</remarks>
internal sealed class StoreTransaction(SqliteConnection connection, long writer) : IDisposable
{
    private readonly Dictionary<string, SqlStatement> _statements = [];

    /// <summary>What this transaction has written so far.</summary>
    public Delivery Written { get; private set; } = new();

    public void Begin()
    {
        Written = new();
        Execute("BEGIN IMMEDIATE");
    }

    public void Commit() => Execute("COMMIT");

    public void Rollback()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
            Execute("ROLLBACK");
    }

    public int Execute(string sql, params ReadOnlySpan<object?> values) => Statement(sql).Run(values);

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> values) =>
        Statement(sql).Read(map, values);

    /// <summary>Puts a message into an instance's inbox and returns its id.</summary>
    public long Send(
        string instance, MessageKind kind, long execution = 0, int task = 0, string? name = null, string? data = null, long due = 0)
    {
        Execute(
            "INSERT INTO messages (instance, kind, execution, task, name, data, due, writer) "
            + "VALUES (@instance, @kind, @execution, @task, @name, @data, @due, @writer)",
            instance, (int)kind, execution, task, name, data, due, writer);
        var id = LastId;
        Written.Messages.Add(new(id, instance, kind, execution, task, name, data, due));
        return id;
    }

    public void Schedule(string instance, long execution, int task, string name, string? input)
    {
        Execute(
            "INSERT INTO activities (instance, execution, task, name, input) VALUES (@instance, @execution, @task, @name, @input)",
            instance, execution, task, name, input);
        Written.Activities.Add(new(LastId, instance, execution, task, name, input));
    }

    /// <summary>Messages that other processes wrote after <paramref name="after"/>.</summary>
    public List<InstanceMessage> MessagesOfOthers(long after) => Query(
        "SELECT id, instance, kind, execution, task, name, data, due FROM messages WHERE id > @after AND writer <> @writer ORDER BY id",
        StoreRows.Message, after, writer);

    public long LastMessageId() =>
        Query("SELECT seq FROM sqlite_sequence WHERE name = 'messages'", r => r.GetInt64(0)).FirstOrDefault();

    /// <summary>Changes whenever another connection has committed.</summary>
    public long DataVersion() => Query("PRAGMA data_version", r => r.GetInt64(0))[0];

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
    }

    private long LastId => SQLitePCL.raw.sqlite3_last_insert_rowid(connection.Handle);

    private SqlStatement Statement(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements[sql] = statement = new(connection, sql);
        return statement;
    }
}
