using NCrontab;

namespace Drover.LocalRuntime;

/// <summary>An NCRONTAB expression, read by the library that the Functions host reads it with.</summary>
/// <remarks>
/// Fields: second, minute, hour, day, month, weekday (from Sunday, 0); with five fields the second is 0. Unlike in Unix cron,
/// day and weekday must both fit. As in Functions, a range that runs backwards is turned round, and a step below 1 is 1.
/// </remarks>
internal sealed class Crontab
{
    private static readonly (string Name, string Values)[] Fields =
    [
        ("second", "from 0 to 59"), ("minute", "from 0 to 59"), ("hour", "from 0 to 23"), ("day", "from 1 to 31"),
        ("month", "from 1 to 12 or a name such as Feb"), ("weekday", "from 0 to 6 or a name such as Mon"),
    ];

    private readonly CrontabSchedule _schedule;

    private Crontab(CrontabSchedule schedule) => _schedule = schedule;

    /// <exception cref="FormatException">The message names the field, its value and the rule.</exception>
    public static Crontab Parse(string expression)
    {
        var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (5 or 6))
        {
            throw new FormatException(
                $"it has {fields.Length} fields; it must have six (second minute hour day month weekday), or five without the second");
        }

        var first = 6 - fields.Length;
        for (var i = first; i < 6; i++)
        {
            Check(i, fields[i - first]);
        }

        return new Crontab(CrontabSchedule.Parse(expression, new CrontabSchedule.ParseOptions { IncludingSeconds = first == 0 }));
    }

    /// <summary>The first time after a time, in the same clock; null when there is none.</summary>
    public DateTime? Next(DateTime after) => _schedule.GetNextOccurrence(after) is var next && next == DateTime.MaxValue ? null : next;

    private static void Check(int field, string text)
    {
        try
        {
            CrontabField.Parse((CrontabFieldKind)field, text);
        }
        catch (Exception e) when (e is CrontabException or OverflowException)
        {
            throw new FormatException(
                $"its {Fields[field].Name} is '{text}'; it must be *, a value {Fields[field].Values}, a range (a-b), any of them with a step (*/5), or a list of these",
                e);
        }
    }
}
