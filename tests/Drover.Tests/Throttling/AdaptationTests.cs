using Drover.Throttling;

namespace Drover.Tests.Throttling;

public sealed class AdaptationTests
{
    private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Learn_ThreeRefusals_ChangeNothing() => Assert.Equal(1, Refused(new Adaptation(), 3).Factor);

    [Fact]
    public void Learn_MoreThanThreeInARow_FourFifths()
    {
        var lower = Refused(Refused(new Adaptation(), 3), 1);

        Assert.Equal((0.8, 1, 1), (lower.Factor, lower.Ceiling, lower.Generation));
        Assert.Equal(0.64, Refused(lower, 4).Factor, 9);
    }

    [Fact]
    public void Learn_EveryTwentiethIsRefused_IsARowAllTheSame()
    {
        var adaptation = new Adaptation();
        for (var i = 0; i < 4; i++)
        {
            adaptation = Passed(Refused(adaptation, 1), 19);
        }

        Assert.Equal(0.8, adaptation.Factor);
    }

    [Fact]
    public void Learn_ACleanStretchBetween_IsNoRow()
    {
        var adaptation = new Adaptation();
        for (var i = 0; i < 20; i++)
        {
            adaptation = Passed(Passed(Refused(adaptation, 1), 60), 40);
        }

        Assert.Equal(1, adaptation.Factor);
    }

    [Fact]
    public void Learn_AnswersToCallsBeforeTheCut_DoNotCount()
    {
        var lower = Refused(new Adaptation(), 4);

        Assert.Same(lower, lower.Learn(new Answers(0, 50, 0), 0, _now));
    }

    [Fact]
    public void Learn_NothingRefusedForAWhile_ATenthUpAndNeverAboveTheLimit()
    {
        var adaptation = new Adaptation { Factor = 0.5, ChangedAt = _now };
        Assert.Equal(0.5, Passed(adaptation, 30).Factor);

        _now += Adaptation.Hold;
        adaptation = Passed(adaptation, 30);
        Assert.Equal(0.55, adaptation.Factor, 9);
        for (var i = 0; i < 20; i++)
        {
            _now += Adaptation.Hold;
            adaptation = Passed(adaptation, 30);
        }

        Assert.Equal(1, adaptation.Factor);
    }

    [Fact]
    public void Learn_BelowTheRateThatFailed_StopsThereUntilItIsTimeToTry()
    {
        var adaptation = Refused(new Adaptation { Factor = 0.6 }, 4);
        var failed = _now;
        while (_now < failed + Adaptation.FirstProbe - Adaptation.Hold)
        {
            _now += Adaptation.Hold;
            adaptation = Passed(adaptation, 30);
            Assert.InRange(adaptation.Factor, 0.48, 0.59);
        }

        _now += Adaptation.Hold;
        adaptation = Passed(adaptation, 30);
        Assert.True(adaptation.Factor > 0.6);

        adaptation = Refused(adaptation, 4);
        Assert.Equal((0.6, TimeSpan.FromMinutes(2)), (adaptation.Ceiling, adaptation.ProbeAfter));
    }

    [Fact]
    public void Learn_ProbesKeepFailing_AreNeverMoreThanAnHourApart()
    {
        var adaptation = Refused(new Adaptation { Factor = 0.6 }, 4);
        for (var i = 0; i < 12; i++)
        {
            adaptation = Refused(adaptation with { Factor = 0.7, ProbedAt = _now }, 4);
        }

        Assert.Equal(Adaptation.LongestProbe, adaptation.ProbeAfter);
    }

    [Fact]
    public void Learn_NoRateConfigured_CutsWhatWasMeasuredAndLetsGoWhenTwiceThatIsFine()
    {
        var adaptation = new Adaptation().Learn(new Answers(0, 4, 0), 900, _now);
        Assert.Equal((900, 0.8), (adaptation.Measured, adaptation.Factor));

        for (var i = 0; i < 200 && adaptation.IsAdapted; i++)
        {
            _now += Adaptation.FirstProbe;
            adaptation = adaptation.Learn(new Answers(adaptation.Generation, 0, 50), 900, _now);
        }

        Assert.False(adaptation.IsAdapted);
        Assert.Equal(1, adaptation.Generation);
    }

    private Adaptation Refused(Adaptation adaptation, int count) => adaptation.Learn(new Answers(adaptation.Generation, count, 0), 0, _now);

    private Adaptation Passed(Adaptation adaptation, int count) => adaptation.Learn(new Answers(adaptation.Generation, 0, count), 0, _now);
}
