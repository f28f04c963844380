using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace DurableTask.Sqlite.Storage;

/// <summary>The database: one thread that writes, any number of readers.</summary>
/// <remarks>
/// Whatever waits to be written shares one transaction (group commit), so that one flush to disk confirms hundreds of
/// episodes. A request is confirmed, and what it wrote delivered, only after that flush. When the database cannot be
/// written any more the store stops for good: every later request fails with the reason, and a restart goes on from
/// what was confirmed.
/// </remarks>
internal sealed class DurableStore(string path, ILogger log) : IAsyncDisposable
{
    private const int MaxGroup = 512;

    private readonly Lock _gate = new();
    private readonly Channel<StoreRequest> _requests =
        Channel.CreateBounded<StoreRequest>(new BoundedChannelOptions(4 * MaxGroup) { SingleReader = true });

    private readonly TaskCompletionSource _faulted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _writer;
    private bool _disposed;

    public string Path => path;

    /// <summary>Called on the writing thread after each commit, in the order of commits.</summary>
    public Action<Delivery>? Committed { get; set; }

    /// <summary>For tests: called before each commit; what it throws is a failure of the disk.</summary>
    public Action? CommitFault { get; set; }

    /// <summary>For tests: called before each read.</summary>
    public Action? ReadFault { get; set; }

    /// <summary>Fails when the database can no longer be written.</summary>
    public Task Faulted => _faulted.Task;

    private Exception? Fault => _faulted.Task.Exception?.InnerException;

    /// <summary>Runs <paramref name="apply"/> in a write transaction; the task ends when that is on disk.</summary>
    public async Task<T> WriteAsync<T>(Func<StoreTransaction, T> apply, CancellationToken cancellationToken = default) =>
        await await EnqueueAsync(apply, cancellationToken);

    /// <summary>
    /// Hands <paramref name="apply"/> to the writer, waiting if that has too much to do; the inner task ends when it is on disk.
    /// </summary>
    public async Task<Task<T>> EnqueueAsync<T>(Func<StoreTransaction, T> apply, CancellationToken cancellationToken = default)
    {
        EnsureOpen();
        var request = new StoreRequest<T>(apply);
        try
        {
            await _requests.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw Fault ?? (Exception)new ObjectDisposedException(nameof(DurableStore));
        }

        return request.Result;
    }

    /// <summary>Reads, from whatever was last committed.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        EnsureOpen();
        try
        {
            using var connection = new SqliteConnection(StoreSchema.ConnectionString(path, SqliteOpenMode.ReadWrite, pooling: true));
            ReadFault?.Invoke();
            connection.Open();
            return read(connection);
        }
        catch (SqliteException e)
        {
            throw StoreSchema.Explain(path, e);
        }
    }

    /// <summary>Gives the room of what was deleted back to the disk.</summary>
    public async Task ShrinkAsync()
    {
        await WriteAsync(tx => tx.Query("PRAGMA incremental_vacuum", _ => 0).Count);
        Read(connection =>
        {
            using var checkpoint = new SqlStatement(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            return checkpoint.Read(r => r.GetInt64(0))[0];
        });
    }

    /// <summary>Opens the database now rather than at the first use.</summary>
    public void EnsureOpen()
    {
        if (_writer is not null)
            return;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_writer is not null)
                return;
            var connection = StoreSchema.Open(path);
            _writer = Task.Factory.StartNew(
                () => WriteLoop(connection), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _disposed = true;
        _requests.Writer.TryComplete();
        if (_writer is not null)
            await _writer;
        using var connection = new SqliteConnection(StoreSchema.ConnectionString(path, SqliteOpenMode.ReadWrite, pooling: true));
        SqliteConnection.ClearPool(connection);
    }

    private void WriteLoop(SqliteConnection connection)
    {
        var group = new List<StoreRequest>(MaxGroup);
        using (connection)
        using (var transaction = new StoreTransaction(connection, Random.Shared.NextInt64()))
        {
            while (_requests.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (group.Count < MaxGroup && _requests.Reader.TryRead(out var request))
                    group.Add(request);
                Write(transaction, group);
                group.Clear();
            }
        }
    }

    private void Write(StoreTransaction transaction, List<StoreRequest> group)
    {
        if (Fault is { } fault)
        {
            group.ForEach(r => r.Fail(fault));
            return;
        }

        try
        {
            if (TryApply(transaction, group) is null || group.Count == 1)
                return;

            // One of them cannot be written: let each stand alone.
            foreach (var request in group)
                TryApply(transaction, [request]);
        }
        catch (Exception e)
        {
            StoreLog.StoreFailed(log, e, path);
            var explained = StoreSchema.Explain(path, e);
            _faulted.TrySetException(explained);
            _ = _faulted.Task.Exception; // observed: whoever waits for the engine is told
            _requests.Writer.TryComplete();
            group.ForEach(r => r.Fail(explained));
        }
    }

    /// <returns>Null, or why a request could not be applied; then nothing of the group was written.</returns>
    private Exception? TryApply(StoreTransaction transaction, List<StoreRequest> group)
    {
        try
        {
            transaction.Begin();
            foreach (var request in group)
            {
                try
                {
                    request.Apply(transaction);
                }
                catch (Exception e) when (e is not SqliteException { SqliteErrorCode: not (18 or 19 or 20 or 25) })
                {
                    transaction.Rollback();
                    if (group.Count == 1)
                        request.Fail(e);
                    return e;
                }
            }

            CommitFault?.Invoke();
            transaction.Commit();
        }
        catch
        {
            transaction.Rollback();
            throw;
        }

        Committed?.Invoke(transaction.Written);
        group.ForEach(r => r.Confirm());
        return null;
    }
}
