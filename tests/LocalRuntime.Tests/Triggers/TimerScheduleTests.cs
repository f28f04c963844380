namespace Drover.LocalRuntime.Tests.Triggers;

public sealed class TimerScheduleTests
{
    private static readonly DateTime Now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Next_OfATimeSpan_IsThatMuchLater() => Assert.Equal(Now.AddHours(36), TimerSchedule.Parse("1.12:00:00").Next(Now));

    [Fact]
    public void Next_PastTheLastTimeThereIs_IsNothing()
    {
        var schedule = TimerSchedule.Parse("2900000.00:00:00");

        Assert.NotNull(schedule.Next(Now));
        Assert.Null(schedule.Next(schedule.Next(Now)!.Value));
        Assert.False(schedule.IsMonitorable(Now));
    }
}
