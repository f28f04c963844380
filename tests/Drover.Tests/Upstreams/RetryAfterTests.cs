using Drover.Upstreams;

namespace Drover.Tests.Upstreams;

public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2", 2.0)]
    [InlineData(" 2 ", 2.0)]
    [InlineData("0.25", 0.25)]
    [InlineData("0", 0.0)]
    [InlineData("-3", 0.0)]
    [InlineData("86400", 86_400.0)]
    [InlineData("86401", 86_400.0)]
    [InlineData("99999999999999999999999999", 86_400.0)]
    [InlineData("Sun, 01 Mar 2026 12:00:30 GMT", 30.0)]
    [InlineData("Sun, 01 Mar 2026 11:59:30 GMT", 0.0)]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0)]
    public void Read_SecondsOrDate_IsTheDelayWithinBounds(string value, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(("Retry-After", value)));

    [Theory]
    [InlineData("soon")]
    [InlineData("")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("1,5")]
    [InlineData("Sun, 99 Mar 2026 12:00:30 GMT")]
    public void Read_Garbage_IsNull(string value)
    {
        Assert.Null(Read(("Retry-After", value)));
        Assert.Null(Read(("retry-after-ms", value)));
    }

    [Fact]
    public void Read_NoHeader_IsNull() => Assert.Null(Read());

    [Fact]
    public void Read_Milliseconds_WinOverSeconds() =>
        Assert.Equal(TimeSpan.FromMilliseconds(1500), Read(("Retry-After", "60"), ("retry-after-ms", "1500")));

    [Fact]
    public void Read_MillisecondsThatCannotBeRead_LeavesSeconds() =>
        Assert.Equal(TimeSpan.FromSeconds(60), Read(("Retry-After", "60"), ("retry-after-ms", "soon")));

    [Fact]
    public void Read_HugeNumber_IsADay()
    {
        Assert.Equal(TimeSpan.FromDays(1), Read(("Retry-After", new string('9', 400))));
        Assert.Equal(TimeSpan.FromDays(1), Read(("retry-after-ms", new string('9', 400))));
    }

    private static TimeSpan? Read(params (string Name, string Value)[] headers)
    {
        using var response = new HttpResponseMessage();
        foreach (var (name, value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return RetryAfter.Read(response.Headers, Now);
    }
}
