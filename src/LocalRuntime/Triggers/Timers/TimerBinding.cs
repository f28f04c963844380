using System.Reflection;

namespace Drover.LocalRuntime;

/// <summary>A timer function and its schedule.</summary>
internal sealed class TimerBinding : TriggerBinding
{
    public TimerBinding(TimerTriggerAttribute attribute, string schedule, Action<string> report)
    {
        (RunOnStartup, UseMonitor) = (attribute.RunOnStartup, attribute.UseMonitor);
        try
        {
            Schedule = TimerSchedule.Parse(schedule);
            if (Schedule.Next(new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc)) is null)
            {
                report($"the schedule '{schedule}' never comes");
            }
        }
        catch (FormatException e)
        {
            report($"the schedule '{schedule}' cannot be read: {e.Message}");
            Schedule = TimerSchedule.Parse("1:00:00");
        }
    }

    public TimerSchedule Schedule { get; }

    public bool RunOnStartup { get; }

    public bool UseMonitor { get; }

    public override string Accepts => nameof(TimerInfo);

    public override ParameterBinder? BindTrigger(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(TimerInfo) ? invocation => new(invocation.Trigger) : null;
}
