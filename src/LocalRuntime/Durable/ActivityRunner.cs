using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Runs activities, so many at once, and writes their results down.</summary>
/// <remarks>
/// The slot of an activity is free as soon as it has returned, not when its result is on disk; a writer that falls
/// behind holds the slots back.
/// </remarks>
internal sealed class ActivityRunner(
    DurableStore store,
    IReadOnlyDictionary<string, Func<ActivityInvocation, CancellationToken, Task<object?>>> activities,
    ILogger log)
{
    private readonly Channel<ActivityWork> _queue = Channel.CreateUnbounded<ActivityWork>();
    private readonly ConcurrentDictionary<long, int> _queued = new(); // by execution
    private readonly ConcurrentDictionary<long, bool> _revoked = new();
    private int _running;

    public int Running => _running;

    public void Enqueue(ActivityWork work)
    {
        _queued.AddOrUpdate(work.Execution, 1, (_, n) => n + 1);
        _queue.Writer.TryWrite(work);
    }

    /// <summary>Keeps the activities of a terminated execution that have not begun from beginning.</summary>
    public void Revoke(long execution)
    {
        if (_queued.ContainsKey(execution))
            _revoked[execution] = true;
    }

    /// <summary>Runs activities until <paramref name="stopping"/>, which the activities see too.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await foreach (var work in _queue.Reader.ReadAllAsync(stopping))
        {
            var revoked = _revoked.ContainsKey(work.Execution);
            if (_queued.AddOrUpdate(work.Execution, 0, (_, n) => n - 1) == 0 && _queued.TryRemove(new(work.Execution, 0)))
                _revoked.TryRemove(work.Execution, out _);
            if (revoked)
                continue;

            Interlocked.Increment(ref _running);
            try
            {
                await RunAsync(work, stopping);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }

    private async Task RunAsync(ActivityWork work, CancellationToken stopping)
    {
        string? output = null;
        TaskFailureDetails? failure = null;
        try
        {
            if (activities.TryGetValue(work.Name, out var run))
                output = Serialize(work, await run(new(work.Name, work.InstanceId, work.Task, work.Input), stopping));
            else
            {
                failure = TaskFailureDetails.Of(
                    DurableContext.ActivityNotFound,
                    $"There is no activity named '{work.Name}'. Known are: {string.Join(", ", activities.Keys.Order())}.");
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return; // it is still in the database and runs again at the next start
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            DurableLog.ActivityFailed(log, e, work.Name, work.InstanceId, work.Task);
            failure = TaskFailureDetails.FromException(e);
        }

        try
        {
            var written = await store.EnqueueAsync(tx => Complete(tx, work, output, failure), CancellationToken.None);
            _ = ObserveAsync(written, work);
        }
        catch (Exception e) when (e is DurableStoreException or ObjectDisposedException)
        {
            DurableLog.ActivityNotWritten(log, e, work.Name, work.InstanceId, work.Task);
        }
    }

    private static string? Serialize(ActivityWork work, object? output)
    {
        try
        {
            return DurableJson.Serialize(output);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new InvalidOperationException($"The output of activity '{work.Name}' cannot be written as JSON: {e.Message}", e);
        }
    }

    private static bool Complete(StoreTransaction tx, ActivityWork work, string? output, TaskFailureDetails? failure)
    {
        if (tx.Execute("DELETE FROM activities WHERE id = @id", work.Id) == 0)
            return false; // its instance was terminated
        tx.Send(
            work.InstanceId,
            failure is null ? MessageKind.TaskCompleted : MessageKind.TaskFailed,
            work.Execution,
            work.Task,
            data: failure is null ? output : JsonSerializer.Serialize(failure, DurableWire.Default.TaskFailureDetails));
        return true;
    }

    /// <summary>A result that cannot be written becomes a failure that can.</summary>
    private async Task ObserveAsync(Task written, ActivityWork work)
    {
        try
        {
            await written;
        }
        catch (Exception e)
        {
            DurableLog.ActivityNotWritten(log, e, work.Name, work.InstanceId, work.Task);
            if (!store.Faulted.IsFaulted)
            {
                var failure = TaskFailureDetails.Of(e.GetType().FullName!, $"The result could not be written: {e.Message}");
                await store.WriteAsync(tx => Complete(tx, work, null, failure));
            }
        }
    }
}
