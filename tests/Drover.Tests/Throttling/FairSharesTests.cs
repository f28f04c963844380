using Drover.Throttling;

namespace Drover.Tests.Throttling;

public sealed class FairSharesTests
{
    [Theory]
    [InlineData(new[] { 10 }, 10, new[] { 10 })]
    [InlineData(new[] { 100, 100 }, 10, new[] { 5, 5 })]
    [InlineData(new[] { 2, 100, 100 }, 10, new[] { 2, 4, 4 })]
    [InlineData(new[] { 3, 4 }, 10, new[] { 3, 4 })]
    [InlineData(new[] { 5, 5, 5 }, 10, new[] { 4, 3, 3 })]
    [InlineData(new[] { 0, 9 }, 4, new[] { 0, 4 })]
    [InlineData(new[] { 5, 5 }, 0, new[] { 0, 0 })]
    [InlineData(new int[0], 7, new int[0])]
    public void Of_Wishes_AreMetMaxMin(int[] wanted, int limit, int[] expected) => Assert.Equal(expected, FairShares.Of(wanted, limit));

    [Fact]
    public void Of_AnyWishes_PassesNoLimitWastesNothingAndFavoursNobody()
    {
        var random = new Random(4);
        for (var i = 0; i < 2_000; i++)
        {
            var wanted = Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(0, 60)).ToArray();
            var limit = random.Next(0, 200);

            var shares = FairShares.Of(wanted, limit);

            Assert.Equal(Math.Min(limit, wanted.Sum()), shares.Sum());
            Assert.All(shares.Zip(wanted), s => Assert.InRange(s.First, 0, s.Second));
            var unmet = shares.Where((s, at) => s < wanted[at]).ToList();
            Assert.All(unmet, s => Assert.True(s >= shares.Max() - 1)); // Who gets less than it wants gets as much as anybody.
        }
    }
}
