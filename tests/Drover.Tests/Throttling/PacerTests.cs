using Drover.Throttling;
using Drover.Throttling.Pacing;

namespace Drover.Tests.Throttling;

public sealed class PacerTests
{
    private const long Ms = TimeSpan.TicksPerMillisecond;
    private const long Start = 638_000_000_000_000_000;

    [Fact]
    public void WaitFor_NoLimit_IsZero()
    {
        var pacer = new Pacer(strict: false);

        Assert.Equal(0, pacer.WaitFor(1, Start));
        Assert.False(pacer.IsLimited);
    }

    [Fact]
    public void WaitFor_NoSlice_IsNull() => Assert.Null(Of(10 * Ms).WaitFor(1, Start));

    [Fact]
    public void WaitFor_WithinASlice_FollowsItsStride()
    {
        var pacer = Of(10 * Ms);
        Add(pacer, Start, 5, 10 * Ms);

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(i == 0 ? 0 : 10 * Ms, pacer.WaitFor(1, Start + (Math.Max(0, i - 1) * 10 * Ms)));
            Assert.Equal(0, pacer.WaitFor(1, Start + (i * 10 * Ms)));
            pacer.Take(1);
        }

        Assert.Null(pacer.WaitFor(1, Start + (50 * Ms)));
    }

    [Fact]
    public void Add_OthersTookSlicesBetween_SpreadsOverTheirTimeAsWell()
    {
        var pacer = Of(10 * Ms);
        Add(pacer, Start, 10, 10 * Ms);
        Add(pacer, Start + (200 * Ms), 10, 10 * Ms); // Ten of somebody else's lie between.

        for (var i = 0; i < 10; i++)
        {
            pacer.Take(1);
        }

        Assert.Equal(100 * Ms, pacer.WaitFor(1, Start));
        pacer.Take(1);
        Assert.Equal(120 * Ms, pacer.WaitFor(1, Start));
    }

    [Fact]
    public void Add_MinimumSpacing_SpreadsNothing()
    {
        var pacer = new Pacer(strict: true);
        pacer.SetInterval(10 * Ms);
        Add(pacer, Start, 1, 10 * Ms, now: Start);
        pacer.Take(1);
        Add(pacer, Start + (200 * Ms), 2, 10 * Ms);

        Assert.Equal(200 * Ms, pacer.WaitFor(1, Start));
        Assert.Equal(0, pacer.WaitFor(1, Start + (205 * Ms))); // Five late, and so is the next.
        pacer.Take(1);
        Assert.Equal(10 * Ms, pacer.WaitFor(0.5, Start + (205 * Ms)));
    }

    [Fact]
    public void WaitFor_Late_MakesGoodTwentyMillisecondsAndLosesTheRest()
    {
        var pacer = Of(10 * Ms);
        Add(pacer, Start, 50, 10 * Ms);

        var at = Start + (200 * Ms);
        var granted = 0;
        while (pacer.WaitFor(1, at) is 0)
        {
            pacer.Take(1);
            granted++;
        }

        Assert.Equal(3, granted); // Those of 180, 190 and 200 ms.
    }

    [Fact]
    public void SetInterval_Slower_SlowsTheSlicesThatAreHere()
    {
        var pacer = Of(10 * Ms);
        Add(pacer, Start, 10, 10 * Ms);

        pacer.SetInterval(20 * Ms);

        pacer.Take(1);
        Assert.Equal(20 * Ms, pacer.WaitFor(1, Start));
        Assert.Equal(0, pacer.Missing(4));
        Assert.Equal(2, pacer.Missing(6), 6);
    }

    [Fact]
    public void Correct_MoreUsedThanTaken_DelaysTheNext()
    {
        var pacer = Of(Ms);
        Add(pacer, Start, 400, Ms);
        pacer.Take(100);

        pacer.Correct(50);

        Assert.Equal(150 * Ms, pacer.WaitFor(100, Start));
        pacer.Correct(-70);
        Assert.Equal(80 * Ms, pacer.WaitFor(100, Start));
    }

    [Fact]
    public void Take_ATenthIsMissing_GoesAndIsOwed()
    {
        var pacer = Of(Ms);
        Add(pacer, Start, 95, Ms);

        Assert.Equal(0, pacer.WaitFor(100, Start));
        pacer.Take(100);
        Add(pacer, Start + (95 * Ms), 100, Ms);

        Assert.Equal(100 * Ms, pacer.WaitFor(90, Start));
    }

    private static Pacer Of(double interval)
    {
        var pacer = new Pacer(strict: false);
        pacer.SetInterval(interval);
        return pacer;
    }

    private static void Add(Pacer pacer, long begins, int units, long interval, long now = Start + (20 * Ms)) =>
        // Twenty late, so that nothing can be brought forward.
        pacer.Add(new Slice(begins, begins + (units * interval), interval), units, 1, now);
}
