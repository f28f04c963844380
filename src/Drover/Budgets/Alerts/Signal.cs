namespace Drover.Budgets.Alerts;

/// <summary>Wakes a loop. Set any number of times before the loop waits, it is set once.</summary>
internal sealed class Signal
{
    private TaskCompletionSource _set = New();

    public void Set() => Volatile.Read(ref _set).TrySetResult();

    /// <summary>Returns when it is set, or after <paramref name="limit"/>. One waiter at a time.</summary>
    public async Task WaitAsync(TimeSpan limit, TimeProvider time)
    {
        using var done = new CancellationTokenSource();
        await Task.WhenAny(_set.Task, Task.Delay(limit, time, done.Token));
        await done.CancelAsync();
        if (_set.Task.IsCompleted)
        {
            Volatile.Write(ref _set, New()); // Before the caller looks at what has changed: what changes now sets it again.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
