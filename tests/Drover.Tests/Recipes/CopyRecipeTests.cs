using System.Text.Json;
using Drover.Recipes;
using Drover.Tests.Batches;
using Drover.Upstreams;

namespace Drover.Tests.Recipes;

public sealed class CopyRecipeTests(AzuriteFixture azurite)
{
    private static readonly IRecipe Recipe = new RecipeCatalogue().Find("copy")!;

    private static readonly Source Three = new("1", null, "Kettle", "A kettle of steel.", null) { Count = "3", Length = "20" };

    [Fact]
    public void Read_TextsThatRepeatOthersOrAreTooLong_AreAskedForAgain()
    {
        var first = Recipe.Read(Three, [Reply("Hot water, fast.", "HOT WATER – FAST", "Twenty-one characters", " Steel. ")]);
        Assert.Equal(
            ("too_few_texts", "After 1 replies 1 of 3 texts are missing: 2 repeat others or have more than 20 characters."),
            (first.Code, first.Fault));
        Assert.Contains("Write 1 texts more", first.Ask, StringComparison.Ordinal);

        var second = Recipe.Read(
            Three, [Reply("Hot water, fast.", "HOT WATER – FAST", " Steel. "), Reply("steel", "お湯をすぐに。", "More than enough")]);
        Assert.Null(second.Fault);
        Assert.Equal(["Hot water, fast.", "Steel.", "お湯をすぐに。"], Texts(second));
    }

    [Fact]
    public void Read_RepeatingItselfForEver_EndsAfterFourRepliesWithWhatThereIs()
    {
        var replies = new List<string>();
        Reading reading;
        do
        {
            replies.Add(Reply("Steel."));
            reading = Recipe.Read(Three, replies);
        }
        while (reading.Ask is not null);

        Assert.Equal(4, replies.Count);
        Assert.Equal("too_few_texts", reading.Code);
        Assert.Equal(["Steel."], Texts(reading));
    }

    [Theory]
    [InlineData("0", null, "'count' is 0; it must be a whole number from 1 to 50.")]
    [InlineData("51", null, "'count' is 51; it must be a whole number from 1 to 50.")]
    [InlineData("5", "1.5", "'length' is 1.5; it must be a whole number from 1 to 2000.")]
    public async Task WriteRequestAsync_NumbersOutOfRange_AreTheItemsError(string count, string? length, string fault)
    {
        var unsent = await Recipe.WriteRequestAsync(
            Three with { Count = count, Length = length }, "m", new System.Buffers.ArrayBufferWriter<byte>(), default);

        Assert.Equal((Outcome.Rejected, fault), (unsent!.Outcome, unsent.ErrorMessage));
    }

    [Fact]
    public async Task RunAsync_AProductWithLittleText_GetsAsManyDifferentTextsAsAskedAndPaysForEveryReply()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite,
            [
                """{"id":"kettle","title":"Kettle","text":"A kettle of steel. It boils a litre in two minutes. It is quiet.","audience":"students","count":5}""",
                """{"id":"none","text":"x","count":"many"}""",
            ],
            spec: s => s with { Recipe = "copy" });

        await batch.SettleAsync();

        var drover = Assert.Single(await batch.ResultsAsync()).GetProperty("drover");
        var texts = drover.GetProperty("data").GetProperty("texts").EnumerateArray().Select(t => t.GetString()!).ToList();
        Assert.Equal(5, texts.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(texts, t => Assert.InRange(t.Length, 1, 120));
        Assert.True(drover.GetProperty("attempts").GetInt32() > 1, "The simulator has three sentences for five texts.");
        Assert.Equal(batch.Upstream.Stats.CostUsd, drover.GetProperty("cost_usd").GetDecimal());
        Assert.Equal("invalid_request", Assert.Single(await batch.ErrorsAsync()).GetProperty("error").GetProperty("code").GetString());
    }

    private static string Reply(params string[] texts) => JsonSerializer.Serialize(new { texts });

    private static IEnumerable<string?> Texts(Reading reading) =>
        reading.Data!.Value.GetProperty("texts").EnumerateArray().Select(t => t.GetString());
}
