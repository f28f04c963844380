using Drover.Models;
using Drover.OpenAI;
using Drover.Settings;
using Drover.Simulator;

namespace Drover.Tests.Models;

public sealed class ModelCatalogueTests
{
    private readonly ModelCatalogue _models = new();

    [Theory]
    [InlineData("gpt-4o-mini")]
    [InlineData("GPT-4o-Mini")]
    [InlineData("gpt-4o-mini-2024-07-18")]
    [InlineData("gpt-4o-mini-20240718")]
    public void CostOf_NameOrDatedName_IsTheFamilysPrice(string model) =>
        Assert.Equal(0.15m + 0.6m, _models.CostOf(model, new TokenUsage(1_000_000, 1_000_000, 0)));

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
        Assert.Null(_models.CostOf(model, new TokenUsage(1000, 1000, 0)));

    [Fact]
    public void CostOf_LongestNameThatIsPriced_Wins()
    {
        var prices = new ModelCatalogue(
            new Dictionary<string, ModelEntry> { ["m"] = new() { Input = 1 }, ["m-2024"] = new() { Input = 2 } });

        Assert.Equal(2m, prices.CostOf("m-2024-05", new TokenUsage(1_000_000, 0, 0)));
        Assert.Equal(1m, prices.CostOf("m-2023-05", new TokenUsage(1_000_000, 0, 0)));
    }

    [Fact]
    public void CostOf_CachedTokens_HaveTheirOwnPrice() =>
        Assert.Equal((400 * 0.15m + 600 * 0.075m + 100 * 0.6m) / 1_000_000m, _models.CostOf("gpt-4o-mini", new TokenUsage(1000, 100, 600)));

    [Fact]
    public void CostOf_CachedTokensWithoutAPriceOfTheirOwn_CostAsInput() =>
        Assert.Equal(0.003m, new ModelEntry { Input = 3 }.CostOf(new TokenUsage(1000, 0, 600)));

    [Fact]
    public void CostOf_MoreCachedThanPromptTokens_IsNeverNegative() =>
        Assert.Equal(0.0005m, new ModelEntry { Input = 2, CachedInput = 0.5m }.CostOf(new TokenUsage(1000, 0, 5000)));

    [Fact]
    public void CostOf_NoTokens_IsZero() => Assert.Equal(0m, _models.CostOf("gpt-4o", default));

    [Theory]
    [InlineData("openai/gpt-4o-mini", 0.15)]
    [InlineData("claude-sonnet-4-5-20250929", 3)]
    [InlineData("anthropic/claude-sonnet-4.5", 3)]
    [InlineData("claude-3-5-sonnet-20241022", 0.8)]
    [InlineData("models/gemini-2.5-flash", 0.1)]
    public void Find_VendorsOrDashedName_IsTheModel(string name, decimal input) => Assert.Equal(input, _models.Find(name)!.Input);

    [Fact]
    public void Find_Unknown_IsTheDefaultWhereThereIsOne()
    {
        var models = new ModelCatalogue(new Dictionary<string, ModelEntry> { ["Default"] = new() { Input = 9, Output = 9 } });

        Assert.Equal((9m, 2.5m), (models.Find("unknown")!.Input, models.Find("gpt-4o")!.Input));
        Assert.Null(models.Find(null));
        Assert.DoesNotContain("default", models.Entries.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.Null(_models.Find("unknown"));
    }

    [Fact]
    public void CostOf_AnsweredByAnUnlistedName_IsThatOfTheModelAskedFor()
    {
        var models = new ModelCatalogue(new Dictionary<string, ModelEntry> { ["default"] = new() { Input = 9, Output = 9 } });
        var usage = new TokenUsage(1_000_000, 0, 0);

        Assert.Equal(2.5m, models.CostOf("deployment-7", usage, "gpt-4o"));
        Assert.Equal(0.15m, models.CostOf("gpt-4o-mini", usage, "gpt-4o"));
        Assert.Equal(9m, models.CostOf("deployment-7", usage, "alias"));
        Assert.Equal(2.5m, _models.CostOf(null, usage, "gpt-4o"));
    }

    [Theory]
    [InlineData("claude-sonnet-4.5", 3, 15)]
    [InlineData("claude-3.5-sonnet", 0.8, 3)]
    [InlineData("deepseek-v3.2", 0.08, 0.42)]
    [InlineData("gemini-2.5-flash", 0.10, 2.50)]
    [InlineData("gpt-4.1", 2, 8)]
    public void Find_ModelsOfTheArticles_HaveTheirFigures(string name, decimal input, decimal output) =>
        Assert.Equal((input, output), (_models.Find(name)!.Input, _models.Find(name)!.Output));

    [Fact]
    public void Find_EveryModelOfTheSimulator_IsKnownAtTheSamePrice() => Assert.All(SimulatedModel.BuiltIn, model =>
        Assert.Equal((model.InputUsd, model.OutputUsd), (_models.Find(model.Name)!.Input, _models.Find(model.Name)!.Output)));

    [Fact]
    public void Entries_AllThatAreKnown_KeepTheirOwnRules() =>
        Assert.All(_models.Entries, entry => Assert.Empty(RuleChecker.FaultsOf(entry.Key, entry.Value)));

    [Fact]
    public void WorstCaseOf_LimitedRequest_IsItsBoundsTimesThePrices() => Assert.Equal(
        (2_000 * 2m + 300 * 8m) / 1_000_000m,
        _models.WorstCaseOf(
            "gpt-4.1", new RequestShape { MostPromptTokens = 2_000, MostCompletionTokens = 300, Answers = 3, Prompts = 1 }));

    [Fact]
    public void WorstCaseOf_RequestWithoutALimit_TakesTheModelsForEachAnswer() => Assert.Equal(
        (1_000 * 2m + 2 * 32_768 * 8m) / 1_000_000m,
        _models.WorstCaseOf("gpt-4.1", new RequestShape { MostPromptTokens = 1_000, Answers = 2, Prompts = 1 }));

    [Fact]
    public void WorstCaseOf_Images_CountAsTheModelsLargest() => Assert.Equal(
        (1_000 + 2 * 1_445) * 2m / 1_000_000m,
        _models.WorstCaseOf("gpt-4.1", new RequestShape { MostPromptTokens = 1_000, MostCompletionTokens = 0, Images = 2, Prompts = 1 }));

    [Fact]
    public void WorstCaseOf_PromptBeyondTheContext_CannotCostMoreThanThat() => Assert.Equal(
        2 * 128_000 * 2.5m / 1_000_000m,
        _models.WorstCaseOf(
            "gpt-4o", new RequestShape { MostPromptTokens = RequestShape.Unbounded, MostCompletionTokens = 0, Prompts = 2 }));

    [Fact]
    public void WorstCaseOf_UnknownModel_IsNullAndNotZero() => Assert.Null(_models.WorstCaseOf("unknown", default));

    [Fact]
    public void Compared_QualityAndLatency_AreDividedByTheCostOfAThousandCalls()
    {
        var entry = new ModelEntry { Input = 2, Output = 8, Quality = 80, LatencyMs = 2_000 };

        Assert.Equal(1000 * (1000 * 2m + 250 * 8m) / 1_000_000m, entry.ComparedCost);
        Assert.Equal((20, 500), (entry.QualityPerDollar, entry.LatencyPerDollar));
        Assert.Null(new ModelEntry { Quality = 80 }.QualityPerDollar);
        Assert.Null(new ModelEntry { Input = 1 }.LatencyPerDollar);
    }
}
