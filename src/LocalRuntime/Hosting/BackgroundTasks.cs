namespace Drover.LocalRuntime;

/// <summary>Loops that belong together.</summary>
internal static class BackgroundTasks
{
    /// <summary>Runs them all until told to stop; if one fails, the others are stopped and awaited, and its exception is thrown.</summary>
    public static async Task RunAsync(IReadOnlyList<Func<CancellationToken, Task>> loops, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var running = loops.Select(loop => Task.Run(() => loop(stop.Token), CancellationToken.None)).ToList();
        try
        {
            await foreach (var ended in Task.WhenEach(running).ConfigureAwait(false))
            {
                await ended.ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(false);
        }
    }

    /// <summary>Waits, or returns early when told to stop.</summary>
    public static async Task DelayAsync(TimeSpan delay, TimeProvider time, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(delay, time, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The caller's loop looks at the token.
        }
    }
}
