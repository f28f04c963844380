using Drover.Throttling;

namespace Drover.Tests.Throttling;

public sealed class PacerTests
{
    private const long Start = 638_000_000_000_000_000;

    [Theory]
    [InlineData(60)]
    [InlineData(600)]
    [InlineData(6_000)]
    [InlineData(60_000)]
    public void TryTake_AMinuteOfPunctualTimers_IsWithinOnePercentBelowTheRate(int requestsPerMinute)
    {
        var taken = Run(requestsPerMinute, TimeSpan.FromMinutes(1), () => 0);

        Assert.InRange(taken.Count, requestsPerMinute * 0.99, requestsPerMinute);
    }

    [Theory]
    [InlineData(600)]
    [InlineData(6_000)]
    [InlineData(60_000)]
    public void TryTake_AMinuteOfLateTimers_IsWithinOnePercentBelowTheRate(int requestsPerMinute)
    {
        var random = new Random(7);

        var taken = Run(requestsPerMinute, TimeSpan.FromMinutes(1), () => random.Next((int)(2 * TimeSpan.TicksPerMillisecond)));

        Assert.InRange(taken.Count, requestsPerMinute * 0.99, requestsPerMinute);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(600)]
    [InlineData(6_000)]
    [InlineData(60_000)]
    public void TryTake_WhateverTheTimersDo_NeverOverrunsABucketOfOneSecond(int requestsPerMinute)
    {
        var random = new Random(11);
        // Mostly a little late, now and then by seconds: that is when missed time could be made good too greedily.
        var taken = Run(
            requestsPerMinute,
            TimeSpan.FromMinutes(2),
            () => random.Next(50) == 0 ? random.NextInt64(3 * TimeSpan.TicksPerSecond) : random.NextInt64(20 * TimeSpan.TicksPerMillisecond));

        var size = requestsPerMinute / 60.0;
        var tokens = size;
        var last = taken[0];
        foreach (var at in taken)
        {
            tokens = Math.Min(size, tokens + (at - last) * size / TimeSpan.TicksPerSecond) - 1;
            last = at;
            Assert.True(tokens >= -1e-6, $"The bucket is empty at {TimeSpan.FromTicks(at - taken[0])}.");
        }
    }

    [Theory]
    [InlineData(6_000)]
    [InlineData(60_000)]
    public void TryTake_AnyOneSecond_HoldsNoMoreThanTheRateAndTheCatchUp(int requestsPerMinute)
    {
        var random = new Random(3);
        var taken = Run(requestsPerMinute, TimeSpan.FromMinutes(1), () => random.NextInt64(30 * TimeSpan.TicksPerMillisecond));

        var most = requestsPerMinute / 60.0 * 1.02 + 1;
        for (int first = 0, last = 0; last < taken.Count; last++)
        {
            while (taken[last] - taken[first] >= TimeSpan.TicksPerSecond)
            {
                first++;
            }

            Assert.True(last - first + 1 <= most, $"{last - first + 1} requests within a second.");
        }
    }

    [Fact]
    public void TryTake_AfterIdleTime_AllowsNoMoreThanTheCatchUpAtOnce()
    {
        var pacer = new Pacer(6_000);
        Assert.True(pacer.TryTake(Start, out _));

        var later = Start + TimeSpan.TicksPerHour;
        var burst = 0;
        while (pacer.TryTake(later, out _))
        {
            burst++;
        }

        Assert.Equal(2, burst); // 20 ms at 10.1 ms each, and the one that is due.
    }

    [Fact]
    public void TryTake_NotYetDue_SaysHowLongToWait()
    {
        var pacer = new Pacer(600);

        Assert.True(pacer.TryTake(Start, out var none));
        Assert.Equal(TimeSpan.Zero, none);
        Assert.False(pacer.TryTake(Start, out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(101), wait);
        Assert.False(pacer.TryTake(Start + wait.Ticks - 1, out var rest));
        Assert.Equal(TimeSpan.FromTicks(1), rest);
        Assert.True(pacer.TryTake(Start + wait.Ticks, out _));
    }

    [Fact]
    public void TryTake_NoLimit_IsAlwaysGranted()
    {
        var pacer = new Pacer(0);
        for (var i = 0; i < 10_000; i++)
        {
            Assert.True(pacer.TryTake(Start, out _));
        }
    }

    /// <summary>Asks, waits as told and a little longer, for so long; answers when requests were granted.</summary>
    private static List<long> Run(int requestsPerMinute, TimeSpan duration, Func<long> late)
    {
        var pacer = new Pacer(requestsPerMinute);
        var taken = new List<long>();
        for (var now = Start; now < Start + duration.Ticks;)
        {
            if (pacer.TryTake(now, out var wait))
            {
                taken.Add(now);
            }
            else
            {
                now += wait.Ticks + late();
            }
        }

        return taken;
    }
}
