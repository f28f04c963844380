using Drover.Upstreams;

namespace Drover.Tests.Upstreams;

public sealed class PauseLimitTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PauseLimit _limit;

    public PauseLimitTests() => _limit = new PauseLimit(TimeSpan.FromMinutes(5), _time);

    [Fact]
    public void Limit_OneAnswerThatAsksForThirtyYears_IsCutToTheLimit()
    {
        Assert.Equal(TimeSpan.FromMinutes(5), After(TimeSpan.FromSeconds(1_000_000_000)));
        Assert.Equal(TimeSpan.FromMinutes(5), After(TimeSpan.FromDays(1))); // It was under way at the same time.
        Assert.Equal(TimeSpan.FromMinutes(4), After(TimeSpan.FromMinutes(4)));
    }

    [Fact]
    public void Limit_WhileItGoesOnAsking_DoublesUpToADayAndAResultEndsThat()
    {
        foreach (var minutes in new[] { 5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440 })
        {
            Assert.Equal(TimeSpan.FromMinutes(minutes), After(TimeSpan.FromDays(300)));
            _time.Advance(TimeSpan.FromMinutes(minutes));
        }

        _limit.Limit(new CallResult(Outcome.Result));
        Assert.Equal(TimeSpan.FromMinutes(5), After(TimeSpan.FromDays(300)));
    }

    private TimeSpan? After(TimeSpan asked) => _limit.Limit(new CallResult(Outcome.Later) { RetryAfter = asked }).RetryAfter;
}
