using System.Collections.Concurrent;

namespace DurableTask.Sqlite.Instances;

/// <summary>Wakes those who wait for an instance to change.</summary>
internal sealed class InstanceSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waits = new();

    /// <summary>Ends at the next change. Take it before looking at the state.</summary>
    public Task Next(string instanceId) =>
        _waits.GetOrAdd(instanceId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Changed(string instanceId)
    {
        if (_waits.TryRemove(instanceId, out var wait))
            wait.TrySetResult();
    }
}
