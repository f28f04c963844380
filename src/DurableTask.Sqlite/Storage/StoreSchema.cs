using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Storage;

/// <summary>Makes the database, or makes sure that it is one of ours.</summary>
internal static class StoreSchema
{
    private const int ApplicationId = 0x4454534C; // "DTSL"
    private const int Version = 1;

    /// <remarks>
    /// <c>instances.since</c>: messages below this id are from before the instance was scheduled. An instance that is scheduled again
    /// gets another key, so that nothing of the earlier one can be taken for its own; <c>execution</c> changes with each continue-as-new.
    /// </remarks>
    private const string Tables = """
        CREATE TABLE instances (
          key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, execution TEXT NOT NULL, since INTEGER NOT NULL,
          name TEXT NOT NULL, version TEXT NOT NULL, status INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
          completed INTEGER, scheduled INTEGER, input TEXT, output TEXT, custom_status TEXT, failure TEXT, tags TEXT,
          parent TEXT, parent_execution TEXT, parent_step INTEGER, generation INTEGER);
        CREATE INDEX instances_by_parent ON instances (parent) WHERE parent IS NOT NULL;
        CREATE TABLE history (
          instance INTEGER NOT NULL, seq INTEGER NOT NULL, kind INTEGER NOT NULL, event_id INTEGER NOT NULL, step INTEGER NOT NULL,
          name TEXT, data TEXT, at INTEGER NOT NULL, due INTEGER NOT NULL, more TEXT, PRIMARY KEY (instance, seq)) WITHOUT ROWID;
        CREATE TABLE messages (
          id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT, kind INTEGER NOT NULL, event_id INTEGER NOT NULL,
          step INTEGER NOT NULL, name TEXT, data TEXT, at INTEGER NOT NULL, due INTEGER NOT NULL, more TEXT,
          deliver_at INTEGER NOT NULL, writer INTEGER NOT NULL);
        CREATE INDEX messages_by_instance ON messages (instance);
        CREATE TABLE activities (
          id INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT NOT NULL, kind INTEGER NOT NULL, event_id INTEGER NOT NULL,
          step INTEGER NOT NULL, name TEXT, data TEXT, at INTEGER NOT NULL, due INTEGER NOT NULL, more TEXT);
        CREATE TABLE engine (pid INTEGER NOT NULL);
        """;

    /// <summary>Opens the connection that writes.</summary>
    public static SqliteConnection Open(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        SqliteConnection? connection = null;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            connection = new(ConnectionString(path, SqliteOpenMode.ReadWriteCreate, pooling: false));
            connection.Open();
            Execute(connection, "PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL");
            Prepare(connection, path);
            return connection;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            throw Explain(path, e);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    public static string ConnectionString(string path, SqliteOpenMode mode, bool pooling) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = mode,
        Pooling = pooling,
        DefaultTimeout = 30,
    }.ToString();

    /// <summary>The same failure, with the path and what to do.</summary>
    public static DurableStoreException Explain(string path, Exception cause) => new(
        $"The durable database '{path}' cannot be used: {cause.Message} " + ((cause as SqliteException)?.SqliteErrorCode switch
        {
            11 or 26 => "The file is damaged or not a database. Move it away to begin afresh, or restore a copy.",
            8 or 3 or 23 => "Make the file and its folder writable for this user.",
            13 => "The disk is full. Make room and start again; nothing that was confirmed is lost.",
            5 or 6 => "Another process keeps it locked. Stop that process or wait for it.",
            10 => "The disk reported an error. Check it and start again.",
            _ => "Check that the folder exists, that it can be written, and that the path names a file.",
        }),
        cause);

    private static void Prepare(SqliteConnection connection, string path)
    {
        if (Scalar(connection, "PRAGMA user_version") == 0)
        {
            Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
            using var transaction = connection.BeginTransaction(deferred: false);
            if (Scalar(connection, "PRAGMA user_version") == 0)
            {
                if (Scalar(connection, "SELECT COUNT(*) FROM sqlite_master") > 0)
                    throw Foreign(path);
                Execute(connection, $"{Tables}; PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}");
            }

            transaction.Commit();
        }

        if (Scalar(connection, "PRAGMA application_id") != ApplicationId)
            throw Foreign(path);
        if (Scalar(connection, "PRAGMA user_version") is var version and not Version)
        {
            throw new DurableStoreException(
                $"The durable database '{path}' has schema version {version}; this program knows version {Version}. "
                + "Use the program that made it, or move the file away to begin afresh.");
        }
    }

    private static DurableStoreException Foreign(string path) => new(
        $"The file '{path}' is a SQLite database of another program. Name another file for the durable database.");

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
