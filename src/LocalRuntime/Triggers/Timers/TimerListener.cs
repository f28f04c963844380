using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>Runs a function when its schedule says so, one run at a time; a time that comes during a run is passed over.</summary>
internal sealed class TimerListener(
    Function function, TimerBinding binding, string dataPath, FunctionInvoker invoker, TimeProvider time, ILogger logger) : ITriggerListener
{
    // Task.Delay has an upper limit of some weeks, and a clock may be set meanwhile.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly TimerStatusFile _file = new(dataPath, function.Name, logger);

    private bool _ranOnStartup;

    public string Name => $"timer '{function.Name}'";

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(CancellationToken stopping)
    {
        var now = Now;
        var monitored = binding.UseMonitor && binding.Schedule.IsMonitorable(now);
        var status = monitored ? _file.Read() : null;
        var missed = status is not null && Due(status) is { } due && due < now;
        if (monitored && status is null)
        {
            status = new ScheduleStatus { Next = binding.Schedule.Next(now) ?? DateTime.MaxValue, LastUpdated = now };
            _file.Write(status);
        }

        var startup = binding.RunOnStartup && !_ranOnStartup;
        _ranOnStartup = true;
        if (missed || startup)
        {
            status = await RunOnceAsync(now, status, missed, stopping).ConfigureAwait(false);
        }

        while (!stopping.IsCancellationRequested && binding.Schedule.Next(Now) is { } next)
        {
            await WaitUntilAsync(next, stopping).ConfigureAwait(false);
            if (!stopping.IsCancellationRequested)
            {
                status = await RunOnceAsync(next, status, false, stopping).ConfigureAwait(false);
            }
        }
    }

    /// <remarks>Each turn reads the clock once: it goes on meanwhile, and may be set.</remarks>
    private async Task WaitUntilAsync(DateTime due, CancellationToken stopping)
    {
        while (due - Now is var left && left > TimeSpan.Zero && !stopping.IsCancellationRequested)
        {
            await BackgroundTasks.DelayAsync(left < LongestWait ? left : LongestWait, time, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>When the timer was due next, by the schedule as it is now: it may have been changed.</summary>
    private DateTime? Due(ScheduleStatus status) =>
        binding.Schedule.Next(DateTime.SpecifyKind(status.Last == default ? status.LastUpdated : status.Last, DateTimeKind.Utc));

    private async Task<ScheduleStatus?> RunOnceAsync(DateTime due, ScheduleStatus? status, bool isPastDue, CancellationToken stopping)
    {
        try
        {
            var info = new TimerInfo { ScheduleStatus = status, IsPastDue = isPastDue };
            await invoker.RunAsync(function, info, FunctionInvoker.NoData, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Not finished: it stays due, and is made up for at the next start.
            return status;
        }
        catch (Exception e)
        {
            TriggerLog.FunctionFailed(logger, e, function.Name);
        }

        if (status is null)
        {
            return null;
        }

        status = new ScheduleStatus { Last = due, Next = binding.Schedule.Next(due) ?? DateTime.MaxValue, LastUpdated = Now };
        _file.Write(status);
        return status;
    }
}
