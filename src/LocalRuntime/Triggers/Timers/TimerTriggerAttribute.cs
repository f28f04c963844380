namespace Drover.LocalRuntime;

/// <summary>Starts the function on a schedule, in UTC, one run at a time.</summary>
/// <remarks>The parameter is a <see cref="TimerInfo"/>.</remarks>
public sealed class TimerTriggerAttribute(string schedule) : TriggerBindingAttribute
{
    /// <summary>
    /// An NCRONTAB expression of six fields (second, minute, hour, day, month, weekday) or five (no seconds), or a time
    /// span such as <c>00:30:00</c>; <c>%Setting%</c> is replaced by that app setting.
    /// </summary>
    public string Schedule { get; } = schedule;

    /// <summary>Remember when the function was due, so that a run missed while the host was down is made up for. Never for schedules more frequent than once a minute.</summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Run once when the host starts, too.</summary>
    public bool RunOnStartup { get; set; }
}
