using Drover.Budgets;

namespace Drover.Tests.Budgets;

public sealed class PriceListTests
{
    private readonly PriceList _prices = new(DefaultPrices.All);

    [Theory]
    [InlineData("gpt-4o-mini")]
    [InlineData("GPT-4o-Mini")]
    [InlineData("gpt-4o-mini-2024-07-18")]
    [InlineData("gpt-4o-mini-20240718")]
    public void CostOf_NameOrDatedName_IsTheFamilysPrice(string model) =>
        Assert.Equal(0.15m + 0.6m, _prices.CostOf(model, new TokenUsage(1_000_000, 1_000_000, 0)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("gpt-4o-mini-")]
    [InlineData("gpt-4o-mini-audio")]
    [InlineData("gpt-4")]
    [InlineData("-")]
    [InlineData("-1")]
    public void CostOf_UnknownModel_IsNullAndNotZero(string? model) =>
        Assert.Null(_prices.CostOf(model, new TokenUsage(1000, 1000, 0)));

    [Fact]
    public void CostOf_LongestNameThatIsPriced_Wins()
    {
        var prices = new PriceList([
            new("m", new ModelPrice { Input = 1 }),
            new("m-2024", new ModelPrice { Input = 2 }),
        ]);

        Assert.Equal(2m, prices.CostOf("m-2024-05", new TokenUsage(1_000_000, 0, 0)));
        Assert.Equal(1m, prices.CostOf("m-2023-05", new TokenUsage(1_000_000, 0, 0)));
    }

    [Fact]
    public void CostOf_CachedTokens_HaveTheirOwnPrice() =>
        Assert.Equal((400 * 0.15m + 600 * 0.075m + 100 * 0.6m) / 1_000_000m, _prices.CostOf("gpt-4o-mini", new TokenUsage(1000, 100, 600)));

    [Fact]
    public void CostOf_CachedTokensWithoutAPriceOfTheirOwn_CostAsInput() =>
        Assert.Equal(0.003m, new ModelPrice { Input = 3 }.CostOf(new TokenUsage(1000, 0, 600)));

    [Fact]
    public void CostOf_MoreCachedThanPromptTokens_IsNeverNegative() =>
        Assert.Equal(0.0005m, new ModelPrice { Input = 2, CachedInput = 0.5m }.CostOf(new TokenUsage(1000, 0, 5000)));

    [Fact]
    public void CostOf_NoTokens_IsZero() => Assert.Equal(0m, _prices.CostOf("gpt-4o", default));
}
