using System.Text;
using System.Text.Json;
using Drover.Batches;
using Drover.Calls;
using Drover.OpenAI;
using Drover.Planning;
using Drover.Recipes;
using Drover.Storage;
using Drover.Tests.Batches;
using Drover.Tests.Calls;
using Drover.Tests.Upstreams;
using Drover.Tokens;
using Drover.Upstreams;

namespace Drover.Tests.Planning;

public sealed class TokenSampleTests(AzuriteFixture azurite)
{
    private const string Chat = "/v1/chat/completions";

    [Fact]
    public async Task Ratio_OfShortTextsWithFigures_MakesTheRuleRightWithinAFewPerCent()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var lines = ProductTexts.Of(2_000, seed).Select((text, i) => Chatting($"{i}", text)).ToList();

            var ratio = await RatioOfAsync("chat", lines, "gpt-4o-mini");

            var rule = lines.Sum(l => RequestShape.Read(Chat, l.Body.Span).PromptTokens);
            var exact = lines.Sum(l => RequestShape.Read(Chat, l.Body.Span, TokenCounter.For("gpt-4o-mini")).PromptTokens);
            Assert.InRange(rule / (double)exact, 0.5, 0.75); // What there is to make right.
            Assert.InRange(
                lines.Sum(l => Math.Ceiling(RequestShape.Read(Chat, l.Body.Span).PromptTokens * ratio!.Value)) / exact, 0.97, 1.04);
        }
    }

    [Fact]
    public async Task Ratio_OfSources_IsThatOfTheRequestsThatTheRecipeWrites()
    {
        var recipe = new RecipeCatalogue().Find("extract")!;
        var lines = ProductTexts.Of(2_000, 6).Select((text, i) => Item(JsonSerializer.Serialize(new { id = $"{i}", text }))).ToList();

        var ratio = await RatioOfAsync("extract", lines, "gpt-4-turbo");

        var (rule, exact) = (0L, 0L);
        foreach (var line in lines)
        {
            rule += (await recipe.ShapeOfAsync(Source.Read(line.Body), "gpt-4-turbo")).PromptTokens;
            exact += (await recipe.ShapeOfAsync(Source.Read(line.Body), "gpt-4-turbo", TokenCounter.For("gpt-4-turbo"))).PromptTokens;
        }

        Assert.InRange(rule * ratio!.Value / exact, 0.97, 1.04);
    }

    [Fact]
    public async Task Ratio_OfAnInputWhoseHalvesDiffer_IsTakenFromBoth()
    {
        var prose = Enumerable.Repeat(
            "Drovers walked their herds of cattle over the hills and down to the markets of the south, year after year.", 3_000);
        var lines = prose.Concat(ProductTexts.Of(3_000, 7)).Select((text, i) => Chatting($"{i}", text)).ToList();

        var ratio = await RatioOfAsync("chat", lines, null);

        var rule = lines.Sum(l => RequestShape.Read(Chat, l.Body.Span).PromptTokens);
        var exact = lines.Sum(l => RequestShape.Read(Chat, l.Body.Span, TokenCounter.For(null)).PromptTokens);
        Assert.InRange(rule * ratio!.Value / exact, 0.95, 1.05);
    }

    [Theory]
    [InlineData("x", 0.5, 1)]
    [InlineData("~|~^~|~^~|~^~|~^{}[]<>!?~|~^~|~^", 1.2, 3)]
    public async Task Ratio_OfOneItem_IsThereAndBounded(string text, double least, double most)
    {
        var line = Chatting("1", text);

        Assert.InRange((await RatioOfAsync("chat", [line], null))!.Value, least, most);
    }

    [Fact]
    public async Task Ratio_OfNothing_IsNotKnown()
    {
        Assert.Null(await RatioOfAsync("chat", [], null));
        Assert.Null(await RatioOfAsync("no-such", [Item("""{"id":"1","text":"x"}""")], "gpt-4o"));
    }

    [Fact]
    public void Wants_AnInputOfManyLines_IsSome200SpreadOverAllOfIt()
    {
        var sample = new TokenSample(null, 1_000_000);

        var taken = Enumerable.Range(0, 10_000).Select(i => i * 100L).Where(sample.Wants).ToList();

        Assert.InRange(taken.Count, 195, 201);
        Assert.Equal(0, taken[0]);
        Assert.All(Enumerable.Range(0, 10), tenth => Assert.InRange(taken.Count(t => t / 100_000 == tenth), 15, 25));
    }

    [Fact]
    public async Task PlanAsync_WithASampler_StoresTheRatioAndEveryPassReadsIt()
    {
        var (blobs, spec) = await BatchAsync();
        var planner = new Planner(blobs, new BatchOptions(), TestBatch.Selector, new TokenSampler(new RecipeCatalogue()));

        var plan = await planner.PlanAsync(spec, default);

        Assert.InRange(plan.TokenRatio!.Value, 1.05, 2);
        var other = new Planner(blobs, new BatchOptions(), TestBatch.Selector);
        Assert.Equal(plan, await other.PlanAsync(spec, default));
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, plan.Shards).Select(i => other.ReadShardAsync(spec, i, default))),
            s => Assert.Equal(plan.TokenRatio, s.TokenRatio));
        var (again, same) = await BatchAsync();
        Assert.Equal(
            plan.TokenRatio,
            (await new Planner(again, new BatchOptions(), TestBatch.Selector, new TokenSampler(new RecipeCatalogue()))
                .PlanAsync(same, default)).TokenRatio);
    }

    [Fact]
    public async Task ReadShardAsync_APlanOfBefore_HasARatioOfOne()
    {
        var (blobs, spec) = await BatchAsync();
        var planner = new Planner(blobs, new BatchOptions(), TestBatch.Selector);
        await planner.PlanAsync(spec, default);
        await blobs.Plan(spec.Id)
            .SetMetadataAsync(new Dictionary<string, string> { ["plan"] = """{"shards":1,"items":300,"invalid":0,"window":16}""" });

        Assert.Equal(new BatchPlan(1, 300, 0, 16), await planner.PlanAsync(spec, default));
        Assert.Equal(1, (await planner.ReadShardAsync(spec, 0, default)).TokenRatio);
    }

    [Fact]
    public async Task Prepare_WithARatio_EstimatesThePromptByIt()
    {
        await using var upstream = await TestUpstream.StartAsync();
        var body = Encoding.UTF8.GetBytes(TestUpstream.Chat("1"));

        var plain = Prepare(1);
        var more = Prepare(1.5);

        Assert.Equal((long)Math.Ceiling(plain.Shape.PromptTokens * 1.5), more.Shape.PromptTokens);
        Assert.Equal(plain.Shape.MostPromptTokens, more.Shape.MostPromptTokens);

        ModelCall Prepare(double ratio)
        {
            var caller = TestCaller.Unlimited(new UpstreamPool([upstream.Client], []));
            return caller.Prepare(caller.TermsFor(null) with { TokenRatio = ratio }, "1", Chat, body);
        }
    }

    private static Item Item(string line) => ItemReader.Read(Encoding.UTF8.GetBytes(line), out _)!.Value;

    private static Item Chatting(string id, string text) => Item(JsonSerializer.Serialize(
        new { custom_id = id, method = "POST", url = Chat, body = new { messages = new[] { new { role = "user", content = text } } } }));

    private static async Task<double?> RatioOfAsync(string recipe, List<Item> items, string? model)
    {
        var sample = new TokenSampler(new RecipeCatalogue()).Begin(recipe, items.Sum(i => (long)i.Body.Length));
        var offset = 0L;
        foreach (var item in items)
        {
            if (sample.Wants(offset))
            {
                await sample.AddAsync(item, model);
            }

            offset += item.Body.Length;
        }

        return sample.Ratio;
    }

    private async Task<(ContainerLayout Blobs, BatchSpec Spec)> BatchAsync()
    {
        var blobs = await azurite.CreateContainerAsync();
        var lines = ProductTexts.Of(300, 8).Select((text, i) => TestBatch.Source($"{i}", text));
        await blobs.SharedInput("in").WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        return (
            blobs,
            new BatchSpec
            {
                Id = "b",
                Input = "inputs/in",
                Recipe = "extract",
                Model = "gpt-4o-mini",
                CreatedAt = DateTimeOffset.UnixEpoch,
                ExpiresAt = DateTimeOffset.MaxValue
            });
    }
}
