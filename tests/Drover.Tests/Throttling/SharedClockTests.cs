using Drover.Throttling;

namespace Drover.Tests.Throttling;

public sealed class SharedClockTests
{
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(101);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Now_NothingObserved_IsTheLocalTime()
    {
        var clock = new SharedClock(_time);

        Assert.False(clock.IsSet);
        Assert.Equal(_time.GetUtcNow().UtcTicks, clock.Now);
    }

    [Fact]
    public void Now_ClocksAgree_IsNotCorrected()
    {
        var clock = new SharedClock(_time);
        for (var i = 0; i < 100; i++)
        {
            Observe(clock, TimeSpan.Zero, 5);
            Assert.Equal(clock.Local, clock.Now);
        }
    }

    [Theory]
    [InlineData(3_600)]
    [InlineData(-7.3)]
    [InlineData(0.6)]
    [InlineData(-0.9)]
    public void Now_ClockIsOut_ComesWithinATenthOfASecondOfStorages(double secondsAhead)
    {
        var (clock, ahead) = (new SharedClock(_time), TimeSpan.FromSeconds(secondsAhead));
        Observe(clock, ahead, 5);
        Assert.InRange(
            clock.Now - clock.Local - ahead.Ticks, -TimeSpan.TicksPerSecond - Slack.Ticks, TimeSpan.TicksPerSecond + Slack.Ticks);

        for (var i = 0; i < 200; i++)
        {
            Observe(clock, ahead, 5);
        }

        Assert.InRange(
            clock.Now - clock.Local - ahead.Ticks, -Slack.Ticks - (20 * TimeSpan.TicksPerMillisecond),
            Slack.Ticks + (20 * TimeSpan.TicksPerMillisecond));
    }

    [Fact]
    public void Now_StoragesClockIsSet_Follows()
    {
        var clock = new SharedClock(_time);
        Observe(clock, TimeSpan.Zero, 5);

        for (var i = 0; i < 200; i++)
        {
            Observe(clock, TimeSpan.FromSeconds(30), 5);
        }

        Assert.InRange(clock.Now - clock.Local, TimeSpan.FromSeconds(29.8).Ticks, TimeSpan.FromSeconds(30.2).Ticks);
    }

    // Storage answers in the middle of the exchange, with whole seconds; exchanges come at odd moments.
    private void Observe(SharedClock clock, TimeSpan storageIsAhead, int milliseconds)
    {
        var sent = clock.Local;
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        var date = _time.GetUtcNow() + storageIsAhead;
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        clock.Observe(
            new DateTimeOffset(date.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero), sent, clock.Local);
        _time.Advance(TimeSpan.FromMilliseconds(137));
    }
}
