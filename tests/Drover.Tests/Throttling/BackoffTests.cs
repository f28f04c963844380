using Drover.Throttling;

namespace Drover.Tests.Throttling;

public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(1000, 60)]
    [InlineData(int.MaxValue, 60)]
    public void Delay_OfAPass_IsSpreadEvenlyFromZeroToItsCeiling(int pass, double ceiling)
    {
        var random = new Random(5);
        var delays = Enumerable.Range(0, 2_000).Select(_ => Backoff.Delay(pass, First, Longest, random).TotalSeconds).ToList();

        Assert.All(delays, d => Assert.InRange(d, 0, ceiling));
        Assert.InRange(delays.Average(), ceiling * 0.47, ceiling * 0.53);
        Assert.InRange(delays.Max(), ceiling * 0.99, ceiling);
        Assert.InRange(delays.Min(), 0, ceiling * 0.01);
    }

    [Fact]
    public void Delay_SameSeed_IsTheSame() =>
        Assert.Equal(Backoff.Delay(4, First, Longest, new Random(9)), Backoff.Delay(4, First, Longest, new Random(9)));

    [Fact]
    public void Delay_FirstWaitLongerThanTheLongest_IsBoundedByTheLongest()
    {
        var random = new Random(5);
        Assert.All(
            Enumerable.Range(0, 100),
            _ => Assert.InRange(Backoff.Delay(1, TimeSpan.FromHours(1), Longest, random), TimeSpan.Zero, Longest));
    }
}
