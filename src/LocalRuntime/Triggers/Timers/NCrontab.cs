using System.Globalization;
using System.Numerics;

namespace Drover.LocalRuntime;

/// <summary>An NCRONTAB expression: the times, to the second, at which all six fields fit.</summary>
/// <remarks>
/// Fields: second 0-59, minute 0-59, hour 0-23, day 1-31, month 1-12 or names, weekday 0-6 from Sunday or names; with five
/// fields the second is 0. A field is <c>*</c>, a value, a range <c>a-b</c>, any of them with a step <c>/n</c> (a value with
/// a step goes on to the end of the field), or a list of these. Unlike in Unix cron, day and weekday must both fit.
/// </remarks>
internal sealed class NCrontab
{
    // The rarest time that exists, a 29th of February on a given weekday, comes within 40 years, the year 2100 not being a leap year.
    private const int YearsAhead = 40;

    private static readonly string[] Months = [.. CultureInfo.InvariantCulture.DateTimeFormat.MonthNames.Take(12)];
    private static readonly string[] Weekdays = CultureInfo.InvariantCulture.DateTimeFormat.DayNames;

    private readonly ulong _seconds;
    private readonly ulong _minutes;
    private readonly ulong _hours;
    private readonly ulong _days;
    private readonly ulong _months;
    private readonly ulong _weekdays;

    private NCrontab(string[] fields)
    {
        _seconds = Field("second", fields[0], 0, 59, []);
        _minutes = Field("minute", fields[1], 0, 59, []);
        _hours = Field("hour", fields[2], 0, 23, []);
        _days = Field("day", fields[3], 1, 31, []);
        _months = Field("month", fields[4], 1, 12, Months);
        _weekdays = Field("weekday", fields[5], 0, 6, Weekdays);
    }

    /// <exception cref="FormatException">The message names the field, its value and the rule.</exception>
    public static NCrontab Parse(string expression)
    {
        var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return fields.Length switch
        {
            6 => new NCrontab(fields),
            5 => new NCrontab(["0", .. fields]),
            _ => throw new FormatException($"it has {fields.Length} fields; it must have six (second minute hour day month weekday), or five without the second"),
        };
    }

    /// <summary>The first time after a time, in the same clock; null when there is none.</summary>
    public DateTime? Next(DateTime after)
    {
        var from = new DateTime(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond), after.Kind).AddSeconds(1);
        var lastYear = Math.Min(from.Year + YearsAhead, DateTime.MaxValue.Year - 1);
        for (var day = from.Date; day.Year <= lastYear;)
        {
            if (!Has(_months, day.Month))
            {
                day = day.AddDays(1 - day.Day).AddMonths(1);
                continue;
            }

            if (Has(_days, day.Day) && Has(_weekdays, (int)day.DayOfWeek)
                && NextInDay(day == from.Date ? from.TimeOfDay : TimeSpan.Zero) is { } time)
            {
                return day + time;
            }

            day = day.AddDays(1);
        }

        return null;
    }

    private TimeSpan? NextInDay(TimeSpan from)
    {
        var (hour, minute, second) = (from.Hours, from.Minutes, First(_seconds, from.Seconds));
        if (second < 0)
        {
            (minute, second) = (minute + 1, First(_seconds, 0));
        }

        var fits = First(_minutes, minute);
        if (fits != minute)
        {
            second = First(_seconds, 0);
        }

        minute = fits;
        if (minute < 0)
        {
            (hour, minute, second) = (hour + 1, First(_minutes, 0), First(_seconds, 0));
        }

        fits = First(_hours, hour);
        return fits < 0 ? null
            : fits == hour ? new TimeSpan(hour, minute, second)
            : new TimeSpan(fits, First(_minutes, 0), First(_seconds, 0));
    }

    private static ulong Field(string field, string text, int least, int most, string[] names)
    {
        var bits = 0UL;
        foreach (var part in text.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var all] => (all, (int?)null),
                [var all, var n] when int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 => (all, value),
                _ => throw Wrong("a step must be a whole number from 1, as in */5"),
            };
            var (first, last) = range == "*" ? (least, most) : range.Split('-') switch
            {
                [var only] when step is null => (Value(only), Value(only)),
                [var only] => (Value(only), most),
                [var a, var b] => (Value(a), Value(b)),
                _ => throw Wrong("a range must be of the form a-b"),
            };
            if (first > last)
            {
                throw Wrong("a range must not run backwards");
            }

            for (var i = first; i <= last; i += step ?? 1)
            {
                bits |= 1UL << i;
            }
        }

        return bits;

        int Value(string value)
        {
            var name = value.Length < 3 ? -1 : Array.FindIndex(names, n =>
                n.Equals(value, StringComparison.OrdinalIgnoreCase) || n[..3].Equals(value, StringComparison.OrdinalIgnoreCase));
            return name >= 0 ? least + name
                : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
                : throw Wrong($"'{value}' must be from {least} to {most}{(names.Length > 0 ? $" or a name such as {names[1][..3]}" : "")}");
        }

        FormatException Wrong(string rule) => new($"its {field} is '{text}'; {rule}");
    }

    private static bool Has(ulong bits, int value) => (bits & (1UL << value)) != 0;

    /// <summary>The first value of a field from a value on; -1 when there is none.</summary>
    private static int First(ulong bits, int from)
    {
        var rest = from > 63 ? 0 : bits & (ulong.MaxValue << from);
        return rest == 0 ? -1 : BitOperations.TrailingZeroCount(rest);
    }
}
