using System.Globalization;

namespace Drover.LocalRuntime;

/// <summary>When a timer is due: by NCRONTAB, or each time a span has passed.</summary>
internal sealed class TimerSchedule
{
    private readonly Func<DateTime, DateTime?> _next;

    private TimerSchedule(Func<DateTime, DateTime?> next) => _next = next;

    /// <exception cref="FormatException">The message says which part is wrong, and the rule.</exception>
    public static TimerSchedule Parse(string text)
    {
        if (!text.Contains(':'))
        {
            var crontab = Crontab.Parse(text);
            return new TimerSchedule(crontab.Next);
        }

        if (!TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) || span <= TimeSpan.Zero)
        {
            throw new FormatException("a time span must be of the form hh:mm:ss and more than zero");
        }

        return new TimerSchedule(after => after <= DateTime.MaxValue - span ? after + span : null);
    }

    /// <summary>The first time after a time, in UTC; null when there is none.</summary>
    public DateTime? Next(DateTime after) => _next(after);

    /// <summary>Whether the next two times are more than a minute apart; only such schedules are monitored, as in Functions.</summary>
    public bool IsMonitorable(DateTime now) =>
        Next(now) is { } first && Next(first) is { } second && second - first >= TimeSpan.FromMinutes(1);
}
