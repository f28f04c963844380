namespace Drover.Testing;

/// <summary>Waits for what must come true, and fails when it does not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(Func<bool> condition, string what = "The condition") =>
        TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what = "The condition", TimeSpan? patience = null)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        using var limit = new CancellationTokenSource(patience ?? Patience);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Not within {(patience ?? Patience).TotalSeconds} s: {what}");
            await poll.WaitForNextTickAsync();
        }
    }

    /// <summary>A task's result, if it comes in time.</summary>
    public static Task<T> WithinPatience<T>(this Task<T> task) => task.WaitAsync(Patience);

    public static Task WithinPatience(this Task task) => task.WaitAsync(Patience);
}
