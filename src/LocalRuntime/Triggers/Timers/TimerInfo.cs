namespace Drover.LocalRuntime;

/// <summary>What a timer function is told of its schedule.</summary>
public class TimerInfo
{
    /// <summary>The last and next times due; null when the schedule is not monitored.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>Whether this run makes up for one missed while the host was down.</summary>
    public bool IsPastDue { get; set; }
}
