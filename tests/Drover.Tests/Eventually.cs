namespace Drover.Tests;

/// <summary>Waits for what must come true, and fails when it does not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task TrueAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, "The condition did not come true in time.");
            await Task.Yield();
        }
    }

    public static Task<T> WithinPatience<T>(this Task<T> task) => task.WaitAsync(Patience);

    public static Task WithinPatience(this Task task) => task.WaitAsync(Patience);
}
