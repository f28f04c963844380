using Microsoft.Data.Sqlite;

namespace DurableTask.Sqlite.Storage;

/// <summary>Makes sure that one process alone runs the engine on a database; the system frees it when that process ends.</summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    public static async Task<StoreLock> TakeAsync(DurableStore store)
    {
        store.EnsureOpen();
        var path = store.Path + ".lock";
        FileStream file;
        try
        {
            file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DurableStoreException($"The lock file '{path}' cannot be written: {e.Message} Make it writable for this user.", e);
        }
        catch (IOException e)
        {
            throw new DurableStoreException(
                $"The durable database '{store.Path}' is in use by process {store.Read(ReadOwner)} (lock file '{path}'). "
                + "Stop that process, or name another file.",
                e);
        }

        try
        {
            await store.WriteAsync(tx =>
                tx.Execute("DELETE FROM engine") + tx.Execute("INSERT INTO engine (pid) VALUES (@pid)", Environment.ProcessId));
            return new(file);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static string ReadOwner(SqliteConnection connection)
    {
        using var statement = new SqlStatement(connection, "SELECT pid FROM engine");
        return statement.Read(r => r.GetInt64(0).ToString()).FirstOrDefault() ?? "(unknown)";
    }
}
