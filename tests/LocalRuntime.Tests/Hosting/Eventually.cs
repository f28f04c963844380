namespace Drover.LocalRuntime.Tests.Hosting;

/// <summary>Waits for what must come true, and fails when it does not.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, "The condition did not come true in time.");
            await Task.Delay(10, CancellationToken.None);
        }
    }

    /// <summary>A task's result, if it comes in time.</summary>
    public static Task<T> WithinPatience<T>(this Task<T> task) => task.WaitAsync(Patience);

    public static Task WithinPatience(this Task task) => task.WaitAsync(Patience);
}
