using System.Collections.Concurrent;
using System.Threading.Channels;

namespace DurableTask.Sqlite.Instances;

/// <summary>The activities that wait to be run, in the order in which they were asked for.</summary>
internal sealed class ActivityQueue
{
    private readonly Channel<ActivityWork> _queue = Channel.CreateUnbounded<ActivityWork>();
    private readonly ConcurrentDictionary<string, int> _queued = new(); // by execution
    private readonly ConcurrentDictionary<string, bool> _revoked = new();
    private int _running;

    public int Running => Volatile.Read(ref _running);

    public void Enqueue(ActivityWork work)
    {
        _queued.AddOrUpdate(work.ExecutionId, 1, (_, n) => n + 1);
        _queue.Writer.TryWrite(work);
    }

    /// <summary>Keeps the activities of a terminated execution that have not begun from beginning.</summary>
    public void Revoke(string executionId)
    {
        if (_queued.ContainsKey(executionId))
        {
            _revoked[executionId] = true;
        }
    }

    /// <summary>Takes the next one; it counts as running until <see cref="Release"/>.</summary>
    public async Task<ActivityWork> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var work = await _queue.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var revoked = _revoked.ContainsKey(work.ExecutionId);
            if (_queued.AddOrUpdate(work.ExecutionId, 0, (_, n) => n - 1) == 0 && _queued.TryRemove(new(work.ExecutionId, 0)))
            {
                _revoked.TryRemove(work.ExecutionId, out _);
            }

            if (!revoked)
            {
                Interlocked.Increment(ref _running);
                return work;
            }
        }
    }

    public void Release() => Interlocked.Decrement(ref _running);
}
