using System.Globalization;

namespace Drover.LocalRuntime.Tests.Triggers;

public sealed class CrontabTests
{
    [Theory]
    // every second, minute, hour; steps
    [InlineData("* * * * * *", "2026-01-01 00:00:00", "2026-01-01 00:00:01", "2026-01-01 00:00:02")]
    [InlineData("*/5 * * * * *", "2026-01-01 00:00:03", "2026-01-01 00:00:05", "2026-01-01 00:00:10")]
    [InlineData("0 */5 * * * *", "2026-01-01 00:05:00", "2026-01-01 00:10:00", "2026-01-01 00:15:00")]
    [InlineData("0 0 * * * *", "2026-01-01 00:00:00", "2026-01-01 01:00:00", "2026-01-01 02:00:00")]
    [InlineData("0 0 */2 * * *", "2026-01-01 22:30:00", "2026-01-02 00:00:00", "2026-01-02 02:00:00")]
    // a value with a step goes on to the end; a range with a step
    [InlineData("0 50/4 * * * *", "2026-01-01 00:00:00", "2026-01-01 00:50:00", "2026-01-01 00:54:00")]
    [InlineData("0 0 9-17/4 * * *", "2026-01-01 10:00:00", "2026-01-01 13:00:00", "2026-01-01 17:00:00")]
    // lists
    [InlineData("5,8,10 * * * * *", "2026-01-01 00:00:08", "2026-01-01 00:00:10", "2026-01-01 00:01:05")]
    [InlineData("0 15,45 8-9,20 * * *", "2026-01-01 09:45:00", "2026-01-01 20:15:00", "2026-01-01 20:45:00")]
    // five fields: second 0
    [InlineData("30 9 * * *", "2026-01-01 09:30:00", "2026-01-02 09:30:00", "2026-01-03 09:30:00")]
    // weekdays by number and name; 2026-01-01 is a Thursday
    [InlineData("0 30 9 * * 1-5", "2026-01-02 10:00:00", "2026-01-05 09:30:00", "2026-01-06 09:30:00")]
    [InlineData("0 30 9 * * Mon-Fri", "2026-01-02 10:00:00", "2026-01-05 09:30:00", "2026-01-06 09:30:00")]
    [InlineData("0 0 0 * * SUN,saturday", "2026-01-01 00:00:00", "2026-01-03 00:00:00", "2026-01-04 00:00:00")]
    [InlineData("0 0 0 * * 0", "2026-01-01 00:00:00", "2026-01-04 00:00:00", "2026-01-11 00:00:00")]
    // months by number and name
    [InlineData("0 0 0 1 Jan,Jul *", "2026-01-01 00:00:00", "2026-07-01 00:00:00", "2027-01-01 00:00:00")]
    [InlineData("0 0 0 1 february-April *", "2026-03-01 00:00:00", "2026-04-01 00:00:00", "2027-02-01 00:00:00")]
    // ends of month and year, leap days
    [InlineData("0 0 0 31 * *", "2026-01-31 00:00:00", "2026-03-31 00:00:00", "2026-05-31 00:00:00")]
    [InlineData("59 59 23 31 12 *", "2026-12-31 23:59:58", "2026-12-31 23:59:59", "2027-12-31 23:59:59")]
    [InlineData("0 0 0 29 2 *", "2096-02-29 00:00:00", "2104-02-29 00:00:00", "2108-02-29 00:00:00")]
    // day and weekday must both fit
    [InlineData("0 0 0 13 * 5", "2026-01-01 00:00:00", "2026-02-13 00:00:00", "2026-03-13 00:00:00")]
    // as the Functions host reads them: a backward range is turned round, a step below 1 is 1, the start of a name will do
    [InlineData("30-10/10 * * * * *", "2026-01-01 00:00:00", "2026-01-01 00:00:10", "2026-01-01 00:00:20")]
    [InlineData("*/0 * * * * *", "2026-01-01 00:00:00", "2026-01-01 00:00:01", "2026-01-01 00:00:02")]
    [InlineData("0 0 0 1 S *", "2026-01-01 00:00:00", "2026-09-01 00:00:00", "2027-09-01 00:00:00")]
    // fields roll over into the next
    [InlineData("30 59 23 * * *", "2026-01-01 23:59:30", "2026-01-02 23:59:30", "2026-01-03 23:59:30")]
    [InlineData("10 20 * * * *", "2026-01-01 05:20:10", "2026-01-01 06:20:10", "2026-01-01 07:20:10")]
    [InlineData("10 20 5 * * *", "2026-01-01 04:30:40", "2026-01-01 05:20:10", "2026-01-02 05:20:10")]
    public void Next_AfterATime_IsTheFirstThatFits(string expression, string after, string first, string second)
    {
        var crontab = Crontab.Parse(expression);

        Assert.Equal(Time(first), crontab.Next(Time(after)));
        Assert.Equal(Time(second), crontab.Next(Time(first)));
    }

    [Fact]
    public void Next_AgainstEverySecondOfTwoDays_AgreesWithTheFields()
    {
        var crontab = Crontab.Parse("7-50/13 3,17,*/20 4-23/6 * 2-3 6,0");
        var expected = new List<DateTime>();
        for (var time = Time("2026-02-28 00:00:00"); time < Time("2026-03-02 00:00:00"); time = time.AddSeconds(1))
        {
            if (time.Second is 7 or 20 or 33 or 46 && time.Minute is 0 or 3 or 17 or 20 or 40 && time.Hour is 4 or 10 or 16 or 22)
            {
                expected.Add(time);
            }
        }

        var actual = new List<DateTime>();
        for (var next = crontab.Next(Time("2026-02-27 23:59:59")); next < Time("2026-03-02 00:00:00"); next = crontab.Next(next.Value))
        {
            actual.Add(next.Value);
        }

        Assert.Equal(expected.Where(t => t.Second is 7 or 20 or 33 or 46).Where(t => t.Minute is 0 or 3 or 17 or 20 or 40), actual);
        Assert.Equal(160, actual.Count);
    }

    [Theory]
    [InlineData("0 0 0 30 2 *")]
    [InlineData("0 0 0 31 4,6,9,11 *")]
    public void Next_OfADayThatNeverComes_IsNothing(string expression) =>
        Assert.Null(Crontab.Parse(expression).Next(Time("2026-01-01 00:00:00")));

    [Fact]
    public void Next_AfterAFractionOfASecond_IsTheWholeSecond() =>
        Assert.Equal(Time("2026-01-01 00:00:01"), Crontab.Parse("* * * * * *").Next(Time("2026-01-01 00:00:00").AddMilliseconds(300)));

    [Theory]
    [InlineData("", "it has 0 fields; it must have six (second minute hour day month weekday), or five without the second")]
    [InlineData("* * * *", "it has 4 fields; it must have six (second minute hour day month weekday), or five without the second")]
    [InlineData("60 * * * * *", "its second is '60'; it must be *, a value from 0 to 59, a range (a-b), any of them with a step (*/5), or a list of these")]
    [InlineData("0 -1 * * * *", "its minute is '-1'; it must be *, a value from 0 to 59, a range (a-b), any of them with a step (*/5), or a list of these")]
    [InlineData("0 0 24 * * *", "its hour is '24'; it must be *, a value from 0 to 23, a range (a-b), any of them with a step (*/5), or a list of these")]
    [InlineData("24 * * 13 *", "its month is '13'; it must be *, a value from 1 to 12 or a name such as Feb, a range (a-b), any of them with a step (*/5), or a list of these")]
    [InlineData("0 0 0 0 * *", "its day is '0'; it must be *, a value from 1 to 31, a range (a-b), any of them with a step (*/5), or a list of these")]
    [InlineData("0 0 0 1 Foo *", "its month is 'Foo'; it must be *, a value from 1 to 12 or a name such as Feb, a range (a-b), any of them with a step (*/5), or a list of these")]
    [InlineData("0 0 0 * * 7", "its weekday is '7'; it must be *, a value from 0 to 6 or a name such as Mon, a range (a-b), any of them with a step (*/5), or a list of these")]
    [InlineData("*/5/5 * * * * *", "its second is '*/5/5'; it must be *, a value from 0 to 59, a range (a-b), any of them with a step (*/5), or a list of these")]
    [InlineData("1-2-3 * * * * *", "its second is '1-2-3'; it must be *, a value from 0 to 59, a range (a-b), any of them with a step (*/5), or a list of these")]
    [InlineData("1,, * * * * *", "its second is '1,,'; it must be *, a value from 0 to 59, a range (a-b), any of them with a step (*/5), or a list of these")]
    [InlineData("99999999999 * * * * *", "its second is '99999999999'; it must be *, a value from 0 to 59, a range (a-b), any of them with a step (*/5), or a list of these")]
    public void Parse_OfABadExpression_NamesFieldValueAndRule(string expression, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Crontab.Parse(expression)).Message);

    private static DateTime Time(string text) => DateTime.ParseExact(
        text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
