using System.Text.Json;
using Drover.Batches;
using Drover.Recipes;
using Drover.Simulator;
using Drover.Stages;
using Drover.Storage;
using Drover.Tests.Batches;

namespace Drover.Tests.Recipes;

public sealed class StagesTests(AzuriteFixture azurite)
{
    private readonly RecipeOptions _options = new() { PartTokens = 200 };

    [Fact]
    public async Task AdvanceAsync_DocumentsOfEveryLength_AreBroughtDownToOneAnswerEachAndEveryCallIsInItsCost()
    {
        await using var batch = await StartAsync(
            "document", new SimulatorOptions(), Document("long", 120), Document("short", 1), Document("middle", 30),
            """{"id":"none","title":"x"}""");

        var (last, stages) = await RunAsync(batch);

        Assert.Equal(5, stages); // The texts, and what the longest has of parts brought together four times.
        Assert.Equal((3, 0, 0), (last.Tally.Completed, last.Tally.Failed, last.Tally.Unrun));
        var results = await OutcomesAsync(batch, stages, ContainerLayout.ResultsName);
        Assert.Equal(["long", "middle", "short"], results.Select(Id).Order());
        Assert.Equal(batch.Upstream.Stats.CostUsd, last.Tally.CostUsd);
        Assert.Equal(batch.Upstream.Stats.CostUsd, results.Sum(r => r.GetProperty("drover").GetProperty("cost_usd").GetDecimal()));
        Assert.Equal(batch.Upstream.Stats.Processed, results.Sum(r => r.GetProperty("drover").GetProperty("attempts").GetInt32()));
        Assert.All(results, r => Assert.NotEmpty(r.GetProperty("drover").GetProperty("data").GetProperty("summary").GetString()!));
        Assert.Contains(
            "A document needs 'text'.", (await batch.Blobs.InvalidLines(TestBatch.Id).ReadOrNullAsync())!.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task AdvanceAsync_PartsThatFail_MakeTheirDocumentAnErrorThatNamesThePartAndTheRestGoesOn()
    {
        await using var batch = await StartAsync(
            "document", new SimulatorOptions { FailTruncated = 0.05 }, [.. Enumerable.Range(1, 12).Select(i => Document($"d{i}", 20))]);

        var (last, stages) = await RunAsync(batch);

        // The simulator cuts off the replies to these three, the same at every run: it draws by the request.
        var errors = await OutcomesAsync(batch, stages, ContainerLayout.ErrorsName);
        Assert.Equal((9, 3), (last.Tally.Completed, last.Tally.Failed));
        Assert.Equal(
            [
                """d6: {"code":"part_failed","message":"Part 2 of 2 failed: unreadable_reply: 'key_points' is missing."}""",
                """d7: {"code":"part_failed","message":"Part 4 of 4 failed: unreadable_reply: 'key_points' is missing."}""",
                """d8: {"code":"part_failed","message":"Part 4 of 4 failed: unreadable_reply: 'key_points' is missing."}""",
            ],
            errors.Select(e => $"{Id(e)}: {e.GetProperty("error").GetRawText()}").Order());
        Assert.Equal(batch.Upstream.Stats.CostUsd, last.Tally.CostUsd);
    }

    [Fact]
    public async Task AdvanceAsync_Again_ComesToTheSame()
    {
        await using var batch = await StartAsync("document", new SimulatorOptions(), Document("long", 60), Document("short", 1));
        var stages = NewStages(batch);
        await batch.NewStagePlanner(_options).PlanAsync(batch.Spec, default);
        await SettleAsync(batch, 1);
        var first = await stages.AdvanceAsync(batch.Spec, 1, null, default);
        var (results, next) = (
            await TextAsync(batch, ContainerLayout.ResultsName("b", 0)),
            await TextAsync(batch, ContainerLayout.OwnInputName("b~2", "steps")));

        Assert.Equal(first, await NewStages(batch).AdvanceAsync(batch.Spec, 1, null, default));

        Assert.Equal(
            (results, next),
            (
                await TextAsync(batch, ContainerLayout.ResultsName("b", 0)),
                await TextAsync(batch, ContainerLayout.OwnInputName("b~2", "steps"))));
        Assert.Equal(2, (await batch.NewStagePlanner(_options).PlanAsync(batch.Spec, default)).Stage);
    }

    [Fact]
    public async Task AdvanceAsync_StorageThatLostWhatAnEarlierStageBrought_IsNoticedAndMendedWithoutACall()
    {
        await using var batch = await StartAsync("document", new SimulatorOptions(), Document("long", 60), Document("short", 1));
        var (last, stages) = await RunAsync(batch);
        var calls = batch.Upstream.Stats.Processed;
        await batch.Blobs.ByName(ContainerLayout.ResultsName("b", 0)).DeleteAsync();
        await batch.Blobs.Spec("b~2").DeleteAsync();

        Assert.True((await NewStages(batch).AdvanceAsync(batch.Spec, stages, null, default)).IsShort);
        var (again, _) = await RunAsync(batch);

        Assert.Equal((last, calls), (again, batch.Upstream.Stats.Processed));
    }

    [Fact]
    public async Task AdvanceAsync_ABatchThatIsCancelled_ClosesWhatWouldGoOnAndKeepsItsCost()
    {
        await using var batch = await StartAsync("document", new SimulatorOptions(), Document("long", 60), Document("short", 1));
        var stages = NewStages(batch);
        await batch.NewStagePlanner(_options).PlanAsync(batch.Spec, default);
        await SettleAsync(batch, 1);

        var advance = await stages.AdvanceAsync(batch.Spec, 1, BatchStatus.Cancelled, default);

        Assert.True(advance.IsLast);
        Assert.Equal((1, 0, 1), (advance.Tally.Completed, advance.Tally.Failed, advance.Tally.Unrun));
        Assert.Equal(batch.Upstream.Stats.CostUsd, advance.Tally.CostUsd);
        Assert.Equal(
            "batch_cancelled",
            Assert.Single(await OutcomesAsync(batch, 1, ContainerLayout.ErrorsName)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task AdvanceAsync_StepsLongerThanTheLineTheyComeFrom_AreRunLikeOthers()
    {
        var line = $$"""{"id":"herds","title":"{{string.Concat(Enumerable.Repeat("🐄", 200))}}","text":"Drovers walked."}""";
        await using var batch = await TestBatch.CreateAsync(
            azurite, [line], new SimulatorOptions(), spec: s => s with { Recipe = "document", Cut = new ShardSizes(400, 1024, 1024) });

        var (last, _) = await RunAsync(batch);

        Assert.Equal((1, 0, 0), (last.Tally.Completed, last.Tally.Failed, last.Tally.Unrun));
    }

    [Fact]
    public async Task PlanAsync_AStageWithAStepThatCannotBeRun_SaysWhyInsteadOfLosingItsItem()
    {
        await using var batch = await TestBatch.CreateAsync(
            azurite, ["no step"],
            spec: s => s with { Id = BatchSpec.StageId("b", 1), Recipe = "document" });

        Assert.Equal("invalid_json_line", batch.Plan.ProblemCode);
    }

    [Fact]
    public async Task AdvanceAsync_AQuestion_IsAnsweredFromTheFiveMostRelevantDocumentsWhichAreCited()
    {
        var documents = Enumerable.Range(1, 9)
            .Select(
                i =>
                    new
                    {
                        id = $"d{i}",
                        title = $"Herd {i}",
                        text = string.Concat(Enumerable.Repeat($"Drovers walked herd {i} over the hills. ", i))
                    });
        await using var batch = await StartAsync(
            "answer", new SimulatorOptions(), JsonSerializer.Serialize(new { id = "q", question = "Who walked the herds?", documents }),
            """{"id":"twice","question":"?","documents":[{"id":"a","text":"x"},{"id":"a","text":"y"}]}""",
            $$"""{"id":"long","question":"{{new string('?', 20_001)}}","documents":[{"id":"a","text":"x"}]}""");

        var (_, stages) = await RunAsync(batch);

        Assert.Equal(2, stages);
        var judged = await OutcomesOfAsync(batch, ContainerLayout.ResultsName("b~1", 0));
        Assert.Equal(4 + 4 * 2 + 3, judged.Count); // Four sentences to a passage: the longer ones are judged in several.
        var data = Assert.Single(await OutcomesAsync(batch, stages, ContainerLayout.ResultsName)).GetProperty("drover").GetProperty("data");
        var step = (await OutcomesOfAsync(batch, ContainerLayout.OwnInputName("b~2", "steps"))).Single();
        var given = step.GetProperty("documents").EnumerateArray().Select(Id2).ToList();
        Assert.Equal(5, given.Distinct().Count());
        Assert.NotEmpty(data.GetProperty("citations").EnumerateArray());
        Assert.All(data.GetProperty("citations").EnumerateArray(), c => Assert.Contains(c.GetString(), given));
        var invalid = (await batch.Blobs.InvalidLines(TestBatch.Id).ReadOrNullAsync())!.ToString();
        Assert.Contains("Two documents have the id 'a'.", invalid, StringComparison.Ordinal);
        Assert.Contains("'question' has 20,001 characters", invalid, StringComparison.Ordinal);
    }

    private static string Id(JsonElement outcome) => outcome.GetProperty("custom_id").GetString()!;

    private static string Id2(JsonElement document) => document.GetProperty("id").GetString()!;

    private static string Document(string id, int paragraphs) => JsonSerializer.Serialize(new
    {
        id,
        title = $"Herds {id}",
        text = string.Concat(Enumerable.Range(1, paragraphs)
            .Select(i => $"Drovers walked herd {i} of {id} over the hills in the year {1700 + i}. 牛の群れは丘を越えた。 ")),
    });

    private Task<TestBatch> StartAsync(string recipe, SimulatorOptions simulator, params string[] lines) =>
        TestBatch.CreateAsync(azurite, lines, simulator, spec: s => s with { Recipe = recipe });

    private StageRunner NewStages(TestBatch batch) => batch.NewStages(_options);

    private async Task<(StageAdvance Last, int Stages)> RunAsync(TestBatch batch)
    {
        Assert.Equal(1, (await batch.NewStagePlanner(_options).PlanAsync(batch.Spec, default)).Stage);
        for (var stage = 1; ; stage++)
        {
            await SettleAsync(batch, stage);
            var advance = await NewStages(batch).AdvanceAsync(batch.Spec, stage, null, default);
            Assert.False(advance.IsShort);
            if (advance.IsLast)
            {
                return (advance, stage);
            }
        }
    }

    private static async Task SettleAsync(TestBatch batch, int stage)
    {
        var spec = await batch.Store.GetAsync(BatchSpec.StageId(TestBatch.Id, stage), default);
        var plan = await batch.NewPlanner().PlanAsync(spec, default);
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            Assert.True((await batch.NewRunner().RunAsync(spec.Id, shard, 1, default).WithinPatience()).IsSettled);
        }
    }

    private static async Task<List<JsonElement>> OutcomesAsync(TestBatch batch, int stages, Func<string, int, string> name)
    {
        var outcomes = new List<JsonElement>();
        for (var stage = 0; stage < stages; stage++)
        {
            outcomes.AddRange(await OutcomesOfAsync(batch, name(TestBatch.Id, stage)));
        }

        return outcomes;
    }

    private static async Task<List<JsonElement>> OutcomesOfAsync(TestBatch batch, string blob) =>
        [.. (await TextAsync(batch, blob)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l))];

    private static async Task<string> TextAsync(TestBatch batch, string blob) =>
        (await batch.Blobs.ByName(blob).ReadOrNullAsync())!.ToString();
}
