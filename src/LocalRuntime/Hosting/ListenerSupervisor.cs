using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Keeps one listener running: what it throws is logged, and it runs again after a wait, while the others go on.</summary>
internal sealed class ListenerSupervisor(ITriggerListener listener, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>Returns when told to stop, or when the listener has nothing more to wait for.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var wait = FirstWait;
        while (!stopping.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            try
            {
                await listener.RunAsync(stopping).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // One that ran well for longer than any wait has recovered from what was before.
                wait = time.GetElapsedTime(started) > LongestWait ? FirstWait : wait;
                TriggerLog.ListenerFailed(logger, e, listener.Name, wait.TotalSeconds);
            }

            await BackgroundTasks.DelayAsync(wait, time, stopping).ConfigureAwait(false);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }
}
