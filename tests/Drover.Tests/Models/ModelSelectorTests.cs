using System.Text;
using Drover.Models;
using Drover.Planning;

namespace Drover.Tests.Models;

public sealed class ModelSelectorTests
{
    private static readonly Dictionary<string, ModelEntry> Listed = new()
    {
        ["best"] = new() { Input = 3, Output = 15, Quality = 95, LatencyMs = 4_000, Vision = true },
        ["cheap"] = new() { Input = 0.1m, Output = 0.1m, Quality = 20, LatencyMs = 3_000, ContextTokens = 10_000 },
        ["fast"] = new() { Input = 1, Output = 1, Quality = 60, LatencyMs = 200, ContextTokens = 50_000 },
        ["value"] = new() { Input = 0.2m, Output = 0.2m, Quality = 80, LatencyMs = 2_000, Vision = true },
        ["embeddings"] = new() { Quality = 100, LatencyMs = 1, MaxOutputTokens = 0 },
        ["unmeasured"] = new() { Input = 50, Output = 50 },
        ["default"] = new() { Quality = 100 },
    };

    private readonly ModelSelector _selector = new(new ModelCatalogue(Listed));

    [Theory]
    [InlineData(null, null, "value")]
    [InlineData(null, Preference.Budget, "cheap")]
    [InlineData(null, Preference.Speed, "fast")]
    [InlineData(null, Preference.Quality, "best")]
    [InlineData(Complexity.High, null, "best")]
    [InlineData(Complexity.High, Preference.Budget, "best")]
    [InlineData(Complexity.Low, Preference.Speed, "fast")]
    public void Choose_ByComplexityAndPreference_TakesTheBestOfItsKind(Complexity? complexity, Preference? prefer, string chosen) =>
        Assert.Equal(chosen, _selector.Choose(complexity, prefer, new ModelNeeds(1000)));

    [Theory]
    [InlineData(Preference.Budget, 1_000, true, "value")]
    [InlineData(Preference.Speed, 1_000, true, "value")]
    [InlineData(Preference.Budget, 10_001, false, "value")]
    [InlineData(Preference.Speed, 50_000, false, "fast")]
    [InlineData(Preference.Speed, 50_001, false, "value")]
    public void Choose_JobThatNotAllCanDo_TakesTheBestThatCan(Preference prefer, long tokens, bool vision, string chosen) =>
        Assert.Equal(chosen, _selector.Choose(null, prefer, new ModelNeeds(tokens, vision)));

    [Fact]
    public void Choose_FreeModels_AreTheCheapestAndOfTheirValueTheBest()
    {
        var selector = new ModelSelector(new ModelCatalogue(new Dictionary<string, ModelEntry>
        {
            ["paid"] = new() { Input = 1, Output = 1, Quality = 99 },
            ["free"] = new() { Quality = 10 },
            ["free-and-better"] = new() { Quality = 11 },
        }));

        Assert.Equal("free-and-better", selector.Choose(null, Preference.Budget, default));
        Assert.Equal("free-and-better", selector.Choose(null, null, default));
    }

    [Theory]
    [InlineData("gpt-4o", null, """{"id":"1","text":"t"}""", "gpt-4o")]
    [InlineData("gpt-4o", null, """{"id":"1","text":"t","model":"gpt-4.1"}""", "gpt-4.1")]
    [InlineData("gpt-4o", null, """{"id":"1","text":"t","model":"gpt-4.1","complexity":"high","prefer":"speed"}""", "gpt-4.1")]
    [InlineData("gpt-4o", null, """{"id":"1","text":"t","model":"Auto"}""", "value")]
    [InlineData("gpt-4o", null, """{"id":"1","text":"t","complexity":"high"}""", "best")]
    [InlineData("gpt-4o", null, """{"id":"1","text":"t","complexity":"Low"}""", "cheap")]
    [InlineData("gpt-4o", null, """{"id":"1","text":"t","prefer":"speed"}""", "fast")]
    [InlineData("auto", "quality", """{"id":"1","text":"t"}""", "best")]
    [InlineData("auto", "quality", """{"id":"1","text":"t","complexity":"low"}""", "cheap")]
    [InlineData("auto", "quality", """{"id":"1","text":"t","complexity":"medium"}""", "best")]
    [InlineData("auto", "quality", """{"id":"1","text":"t","complexity":"low","prefer":"speed"}""", "fast")]
    [InlineData("auto", null, """{"id":"1","text":"t","model":null,"complexity":null,"prefer":null}""", "value")]
    [InlineData("auto", null, """{"custom_id":"1","url":"/v1/chat/completions","body":{"model":"anything","complexity":"high"}}""", "anything")]
    [InlineData("auto", null, """{"custom_id":"1","url":"/v1/chat/completions","body":{}}""", null)]
    public void ModelOf_WhatItemAndBatchSay_ItemComesFirst(string model, string? prefer, string line, string? expected)
    {
        var found = _selector.ModelOf(new ModelWish(model, Prefer: ModelWish.Parse<Preference>(prefer)), Read(line), out var fault);

        Assert.Equal((expected, null), (found, fault));
    }

    [Theory]
    [InlineData("""{"id":"1","text":"t","model":"auto"}""", "no_suitable_model", "A model is to be chosen and none are listed")]
    [InlineData(
        """{"id":"1","text":"t","complexity":"high"}""", "no_suitable_model",
        "A model is to be chosen and none are listed to choose from;")]
    [InlineData(
        """{"custom_id":"1","url":"/v1/chat/completions","body":{"model":"auto"}}""",
        "model_not_found", "'body.model' is 'auto'; a request line names its model itself,")]
    public void ModelOf_ModelThatIsNotKnownOrCannotBeChosen_IsTheItemsFault(string line, string code, string message)
    {
        new ModelSelector(new ModelCatalogue()).ModelOf(new ModelWish("gpt-4o"), Read(line), out var fault);

        Assert.Equal(code, fault!.Code);
        Assert.StartsWith(message, fault.Message);
    }

    [Theory]
    [InlineData("""{"id":"1","text":"t","model":"gpt-99"}""")]
    [InlineData("""{"custom_id":"1","url":"/v1/chat/completions","body":{"model":"gpt-99"}}""")]
    public void ModelOf_ModelWithoutAPrice_IsTaken(string line)
    {
        Assert.Equal("gpt-99", new ModelSelector(new ModelCatalogue()).ModelOf(new ModelWish("gpt-4o"), Read(line), out var fault));
        Assert.Null(fault);
    }

    [Fact]
    public void ModelOf_NothingListedCanDoTheJob_SaysWhatItWouldNeed()
    {
        var selector = new ModelSelector(
            new ModelCatalogue(new Dictionary<string, ModelEntry> { ["small"] = new() { ContextTokens = 5_000 } }));

        Assert.Null(selector.ModelOf(new ModelWish("auto"), Read($$"""{"id":"1","text":"{{new string('t', 30_000)}}"}"""), out var fault));
        Assert.Equal(
            ("no_suitable_model", "None of the models listed in Drover:Models (small) has room for 14,006 tokens."),
            (fault!.Code, fault.Message));
    }

    private static Item Read(string line) => ItemReader.Read(Encoding.UTF8.GetBytes(line), out _)!.Value;
}
