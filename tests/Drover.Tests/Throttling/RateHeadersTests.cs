using Drover.Throttling;

namespace Drover.Tests.Throttling;

public sealed class RateHeadersTests
{
    [Theory]
    [InlineData("2ms", 2)]
    [InlineData("0s", 0)]
    [InlineData("1.5s", 1_500)]
    [InlineData("6m0s", 360_000)]
    [InlineData("1m30.951s", 90_951)]
    [InlineData("1h0m0s", 3_600_000)]
    [InlineData("7m12s", 432_000)]
    [InlineData("2d3h", 183_600_000)]
    [InlineData(" 20ms ", 20)]
    [InlineData("1s5ms", 1_005)]
    public void ReadDuration_AsUpstreamsWriteIt_IsRead(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RateHeaders.ReadDuration(text));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("12")]
    [InlineData("1.5")]
    [InlineData("1.2.3s")]
    [InlineData("1/2s")]
    [InlineData("-1s")]
    [InlineData("1x")]
    [InlineData("5s5s")]
    [InlineData("5ms1s")]
    [InlineData("2026-01-01T00:00:00Z")]
    [InlineData("99999999999999999999999h")]
    public void ReadDuration_Anything_IsNull(string text) => Assert.Null(RateHeaders.ReadDuration(text));

    [Fact]
    public void Read_AllThere_HoldsBothLimits()
    {
        var rates = Read("10000", "9999", "6ms", "2000000", "1999800", "6ms");

        Assert.Equal(new RateHeader(10_000, 9_999, TimeSpan.FromMilliseconds(6)), rates.Requests);
        Assert.Equal(new RateHeader(2_000_000, 1_999_800, TimeSpan.FromMilliseconds(6)), rates.Tokens);
    }

    [Theory]
    [InlineData(null, "1", "1s")]
    [InlineData("1", null, "1s")]
    [InlineData("1", "1", null)]
    [InlineData("many", "1", "1s")]
    [InlineData("1", "-1", "1s")]
    [InlineData("1", "1", "soon")]
    public void Read_OneMissingOrUnreadable_LeavesThatLimitOut(string? limit, string? remaining, string? reset)
    {
        Assert.Null(Read(limit, remaining, reset, "100", "50", "30s").Requests);
        Assert.NotNull(Read(limit, remaining, reset, "100", "50", "30s").Tokens);
    }

    [Theory]
    [InlineData(10_000, 9_999, 6, 10_000L)] // OpenAI: 10,000 a minute, one used.
    [InlineData(6_000, 99, 10, 6_000L)] // A bucket of a second's worth.
    [InlineData(200, 199, 432_000, null)] // 200 a day.
    [InlineData(200, 0, 86_400_000, null)] // The same, used up.
    [InlineData(60, 0, 60_000, 60L)]
    [InlineData(60, 60, 0, null)] // Nothing used: nothing to tell it by.
    [InlineData(0, 0, 1, null)]
    [InlineData(100, 200, 5, null)]
    public void PerMinute_TellsAMinuteFromADay(long limit, long remaining, double resetMilliseconds, long? expected) =>
        Assert.Equal(expected, new RateHeader(limit, remaining, TimeSpan.FromMilliseconds(resetMilliseconds)).PerMinute);

    private static RateHeaders Read(params string?[] values)
    {
        using var response = new HttpResponseMessage();
        string[] names = ["limit-requests", "remaining-requests", "reset-requests", "limit-tokens", "remaining-tokens", "reset-tokens"];
        foreach (var (name, value) in names.Zip(values).Where(p => p.Second is not null))
        {
            response.Headers.TryAddWithoutValidation($"x-ratelimit-{name}", value);
        }

        return RateHeaders.Read(response.Headers);
    }
}
