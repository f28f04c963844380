using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>The file of the engine that this host had before it took the Durable Task Framework's.</summary>
/// <remarks>
/// Its histories mean nothing to the framework. So the file is moved aside, and each orchestration that had not ended, and that no
/// other had started, begins again with its last input, under its own id. Orchestrators that keep their results outside of the
/// history lose nothing by that.
/// </remarks>
internal sealed class EarlierHistory(string path, DurableTaskClient client, ILogger logger) : IHostedLifecycleService
{
    private const int ApplicationId = 0x44525652;
    private const int ApplicationIdOffset = 68; // In the header of every SQLite file, big-endian: https://sqlite.org/fileformat.html

    private readonly string _aside = path + ".earlier";
    private readonly string _taking = path + ".taking";

    /// <summary>Whether a file is one of the earlier engine.</summary>
    public static bool IsAt(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var header = new byte[ApplicationIdOffset + sizeof(int)];
        return file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            && BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(ApplicationIdOffset)) == ApplicationId;
    }

    /// <summary>
    /// Takes over what had not ended, before anything opens the database. A crash at any point is made up for at the next start.
    /// </summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (IsAt(path))
        {
            using (var connection = Open(path))
            {
                Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
            }

            File.Move(path, _taking);
        }

        if (!File.Exists(_taking))
        {
            return;
        }

        var unfinished = Unfinished();
        foreach (var (id, name, input) in unfinished)
        {
            if (await client.GetInstanceAsync(id, cancellationToken).ConfigureAwait(false) is null)
            {
                object? payload = input is null ? null : JsonSerializer.Deserialize<JsonElement>(input);
                await client.ScheduleNewOrchestrationInstanceAsync(name, payload, new StartOrchestrationOptions(id), cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        File.Move(_taking, _aside, overwrite: true);
        TriggerLog.EarlierHistoryTaken(logger, _aside, unfinished.Count);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private List<(string Id, string Name, string? Input)> Unfinished()
    {
        using var connection = Open(_taking);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id, name, input FROM instances WHERE parent IS NULL AND status NOT IN (1, 3, 5) ORDER BY created, id";
        using var reader = command.ExecuteReader();
        var found = new List<(string, string, string?)>();
        while (reader.Read())
        {
            found.Add((reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        }

        return found;
    }

    private static SqliteConnection Open(string file)
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
