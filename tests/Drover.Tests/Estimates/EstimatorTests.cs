using System.Text;
using System.Text.Json;
using Drover.Batches;
using Drover.Estimates;
using Drover.Intake;
using Drover.Models;
using Drover.OpenAI;
using Drover.Recipes;
using Drover.Simulator;
using Drover.Tests.Upstreams;
using Drover.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.Tokenizers;

namespace Drover.Tests.Estimates;

public sealed class EstimatorTests
{
    private const string Chat =
        """{"custom_id":"r","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4.1","messages":[{"role":"user","content":"Hello there!"}],"max_tokens":1000,"n":2}}""";

    [Fact]
    public async Task EstimateAsync_RequestsSourcesAndBadLines_AddsUpWhatEachModelNeeds()
    {
        var estimate = await EstimateAsync(
            [Chat, """{"id":"s","text":"One."}""", "not json", """{"id":"s","text":"again"}""",
                """{"id":"u","text":"x","model":"gpt-99"}""", ""],
            new NewBatch());

        Assert.Equal((3, 2, 1), (estimate.Items, estimate.BadLines, estimate.UnpricedItems));
        Assert.Equal(
            [(3, "invalid_json_line"), (4, "duplicate_custom_id")],
            estimate.FirstBadLines.Select(l => ((int)l.Line!.Value, l.Code)));
        Assert.Equal(["gpt-4.1", "gpt-4o-mini", "gpt-99"], estimate.Models.Select(m => m.Model));
        var chat = estimate.Models[0];
        Assert.Equal((1, 10, 500, 2000), (chat.Items, chat.InputTokens, chat.OutputTokens, chat.MostOutputTokens));
        Assert.Equal(((10 * 2m) + (500 * 8m)) / 1_000_000m, chat.CostUsd);
        var bodyLength = JsonElement.Parse(Chat).GetProperty("body").GetRawText().Length;
        Assert.Equal((((bodyLength + 128) * 2m) + (2000 * 8m)) / 1_000_000m, chat.MostCostUsd);
        Assert.Equal((100, 500), (estimate.Models[1].OutputTokens, estimate.Models[1].MostOutputTokens));
        Assert.Null(estimate.Models[2].CostUsd);
        Assert.Equal((3, chat.CostUsd + estimate.Models[1].CostUsd), (estimate.Total.Items, estimate.Total.CostUsd));
    }

    [Fact]
    public async Task EstimateAsync_ARequestWithoutAModel_IsSaidToHaveNoPrice()
    {
        var estimate = await EstimateAsync(
            [Chat, Chat.Replace("\"model\":\"gpt-4.1\",", "", StringComparison.Ordinal)
                .Replace("\"r\"", "\"q\"", StringComparison.Ordinal)],
            new NewBatch());

        Assert.Equal((2, 1), (estimate.Items, estimate.UnpricedItems));
    }

    [Theory]
    [InlineData("Drover:Upstream:Concurrency", "2", "concurrency", 85)] // 100 calls of 1.7 s
    [InlineData("Drover:Upstream:RequestsPerMinute", "10", "requests", 600)]
    [InlineData("Drover:Upstream:MinimumSpacing", "00:00:03", "spacing", 300)]
    public async Task EstimateAsync_Limits_TheSlowestSetsTheTime(string setting, string value, string binding, double seconds)
    {
        var estimate = await EstimateAsync(TestSources(100), new NewBatch(), (setting, value));

        Assert.Equal((seconds, binding), (Math.Round(estimate.Time.Seconds, 3), estimate.Time.Binding));
    }

    [Fact]
    public async Task EstimateAsync_TokensPerMinute_CountPromptsAndAnswers()
    {
        var estimate = await EstimateAsync(TestSources(100), new NewBatch(), ("Drover:Upstream:TokensPerMinute", "1000"));

        Assert.Equal("tokens", estimate.Time.Binding);
        Assert.Equal((estimate.Total.InputTokens + estimate.Total.OutputTokens) * 0.06, estimate.Time.Seconds, 6);
    }

    [Fact]
    public async Task EstimateAsync_Budgets_SayWhetherEachWillDo()
    {
        var cost = (await EstimateAsync(TestSources(100), new NewBatch())).Total;
        var estimate = await EstimateAsync(
            TestSources(100), new NewBatch { BudgetUsd = cost.CostUsd },
            ("Drover:Budgets:PerBatch", "1000"), ("Drover:Budgets:PerDay", $"{cost.MostCostUsd}"),
            ("Drover:Budgets:PerMonth", $"{cost.CostUsd / 2}"));

        Assert.Equal([("batch", "likely"), ("day", "enough"), ("month", "short")], estimate.Budgets.Select(b => (b.Scope, b.Verdict)));
        Assert.Equal(cost.CostUsd, estimate.Budgets[0].LimitUsd);
        Assert.InRange(cost.CostUsd!.Value, 0.0001m, cost.MostCostUsd!.Value);
    }

    [Fact]
    public async Task EstimateAsync_ImagesThatAreElsewhere_AreCountedAndNotFetched()
    {
        var estimate = await EstimateAsync(
            ["""{"id":"1","image":"https://images.invalid/a.png"}""", """{"id":"2","image":"none.png","task":"read"}"""],
            new NewBatch { Recipe = "vision" });

        Assert.Equal(2, estimate.Items);
        Assert.True(estimate.Total.InputTokens > 2 * 765);
        Assert.True(estimate.Total.MostCostUsd > 2 * 48_169 * 0.15m / 1_000_000m);
    }

    [Fact]
    public async Task EstimateAsync_RequestThatBreaksRules_NamesThem() => Assert.Equal(
        ["'recipe' is 'magic'; there are: extract, chat, copy, document, answer, vision.",
            "'prefer' is 'cheap'; it must be budget, speed or quality."],
        (await Assert.ThrowsAsync<BatchRefusedException>(() =>
            EstimateAsync(["x"], new NewBatch { Recipe = "magic", Prefer = "cheap" }, ("Drover:Models", """{"gpt-4o":{}}""")))).Faults);

    [Fact]
    public async Task CompareAsync_EveryModel_IsPricedForAllItems()
    {
        await using var services = Services();
        var estimates = await services.GetRequiredService<Estimator>()
            .CompareAsync(new NewBatch(), Content(TestSources(10)), ["gpt-4o", "gpt-4o-mini"], default);

        Assert.All(estimates.Values, e => Assert.Equal(10, e.Items));
        Assert.Equal(2.5m / 0.15m, (estimates["gpt-4o"].CostUsd / estimates["gpt-4o-mini"].CostUsd)!.Value, 6);
    }

    [Fact]
    public async Task EstimateAsync_AgainstTheSimulator_BoundsTheCostAndComesNear()
    {
        var text = string.Concat(
            Enumerable.Repeat(
                "Drovers walked herds of cattle and sheep over the hills, from the far north to the markets of the south. ", 8));
        string[] lines = [.. Enumerable.Range(1, 30).Select(i => JsonSerializer.Serialize(new { id = $"{i}", text = $"{i}: {text}" }))];
        var estimate = await EstimateAsync(lines, new NewBatch());
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        using var http = new HttpClient { DefaultRequestHeaders = { { "Authorization", "Bearer k" } } };
        var recipe = new RecipeCatalogue().Find("extract")!;
        foreach (var line in lines)
        {
            var body = new System.Buffers.ArrayBufferWriter<byte>();
            await recipe.WriteRequestAsync(Source.Read(Encoding.UTF8.GetBytes(line)), "gpt-4o-mini", body, default);
            using var answer = await http.PostAsync(
                new Uri(simulator.BaseAddress, recipe.Url), new ByteArrayContent(body.WrittenSpan.ToArray()));
            answer.EnsureSuccessStatusCode();
        }

        var spent = simulator.Stats.Snapshot().CostUsd;
        Assert.InRange(spent, estimate.Total.CostUsd!.Value * 0.6m, estimate.Total.CostUsd.Value * 1.2m);
        Assert.True(spent <= estimate.Total.MostCostUsd);
    }

    [Fact]
    public async Task EstimateAsync_ADocumentThatIsSplit_CountsTheRequestsOfItsParts()
    {
        var text = string.Concat(Enumerable.Repeat("Drovers walked herds over the hills. ", 400));
        var estimate = await EstimateAsync(
            [JsonSerializer.Serialize(new { id = "1", text }), """{"id":"2","title":"x"}"""], new NewBatch { Recipe = "document" },
            ("Drover:Recipes:PartTokens", "1000"));

        Assert.Equal(
            (1, 4, "A document needs 'text'."), (estimate.Items, estimate.Models.Single().Items, estimate.FirstBadLines.Single().Message));
    }

    [Fact]
    public async Task EstimateAsync_ShortTextsWithFigures_AreCountedByTheTokenizerOfTheirModel()
    {
        string[] texts = [.. ProductTexts.Of(200, 1)];
        var o200k = TiktokenTokenizer.CreateForEncoding("o200k_base");
        var cl100k = TiktokenTokenizer.CreateForEncoding("cl100k_base");
        var estimate = await EstimateAsync(
            texts.Select((content, i) => JsonSerializer.Serialize(new
            {
                custom_id = $"{i}",
                method = "POST",
                url = "/v1/chat/completions",
                body = new { model = i % 2 == 0 ? "gpt-4o" : "gpt-4-turbo", messages = new[] { new { role = "user", content } } },
            })), new NewBatch(), ("Drover:Models", """{"gpt-4o":{},"gpt-4-turbo":{"Input":10,"Output":30,"MaxOutputTokens":4096}}"""));

        Assert.Equal("counted", estimate.TokenCount);
        Assert.Equal(
            texts.Where((_, i) => i % 2 == 0).Sum(t => o200k.CountTokens(t) + 7),
            estimate.Models.Single(m => m.Model == "gpt-4o").InputTokens);
        Assert.Equal(
            texts.Where((_, i) => i % 2 == 1).Sum(t => cl100k.CountTokens(t) + 7),
            estimate.Models.Single(m => m.Model == "gpt-4-turbo").InputTokens);
    }

    [Fact]
    public async Task CountAsync_MoreThanIsCounted_TakesFewerAndFewer()
    {
        var counting = new EstimateCounting(mostCounted: 10_000);
        var tally = new EstimateTally("gpt-4o", new ModelCatalogue());
        var (exact, taken) = (0L, 0);
        foreach (var text in ProductTexts.Of(2_000, 2))
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(new { messages = new[] { new { role = "user", content = text } } });
            var shape = ShapeBy(null);
            exact += ShapeBy(TokenCounter.For("gpt-4o")).PromptTokens;
            var isTaken = counting.Takes();
            taken += isTaken ? 1 : 0;
            tally.Add(
                shape,
                isTaken
                    ? (await counting.CountAsync([TokenEncoding.O200k], by => ValueTask.FromResult(ShapeBy(by))))[TokenEncoding.O200k]
                    : null,
                10);

            RequestShape ShapeBy(TokenCounter? by) => RequestShape.Read("/v1/chat/completions", body, by);
        }

        Assert.True(counting.IsSampled);
        Assert.InRange(taken, 50, 300);
        Assert.InRange(tally.Sum().InputTokens / (double)exact, 0.97, 1.03);
    }

    private static IEnumerable<string> TestSources(int count) =>
        Enumerable.Range(1, count)
            .Select(i => JsonSerializer.Serialize(new { id = $"{i}", text = $"Drovers walked herd {i} of cattle over the hills." }));

    private static async Task<Estimate> EstimateAsync(
        IEnumerable<string> lines, NewBatch request, params (string Key, string Value)[] settings)
    {
        await using var services = Services(settings);
        return await services.GetRequiredService<Estimator>().EstimateAsync(request, Content(lines), default);
    }

    private static MemoryStream Content(IEnumerable<string> lines) => new(Encoding.UTF8.GetBytes(string.Join('\n', lines)));

    // Nothing answers where storage is said to be: an estimate of what comes with the request needs none.
    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection().AddLogging().AddDrover(
        DroverSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings
            .Append(("AzureWebJobsStorage", "UseDevelopmentStorage=true"))
            .Select(v => KeyValuePair.Create(v.Item1, (string?)v.Item2))).Build())).BuildServiceProvider();
}
