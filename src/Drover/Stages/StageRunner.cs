using System.Runtime.CompilerServices;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Drover.Batches;
using Drover.Json;
using Drover.Models;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Recipes;
using Drover.Shards;
using Drover.Storage;

namespace Drover.Stages;

/// <summary>Takes a batch of a recipe that needs several requests for one item from stage to stage.</summary>
/// <remarks>
/// <para>
/// A stage is a batch of its own (<c>{id}~1</c>, <c>{id}~2</c>, …) with a line for each request, so all that holds for batches holds for
/// it. What
/// a stage brings is an outcome of the item, in the shard of the batch that has the stage's number, or lines of the next stage's input.
/// </para>
/// <para>
/// Everything here can be done again at any time and comes to the same. The next stage's spec is written last: it says that the one before
/// is
/// done with. Memory: some shards of a stage, and one item's steps.
/// </para>
/// </remarks>
public sealed class StageRunner(
    ContainerLayout blobs,
    BatchStore store,
    Planner planner,
    ShardRunner shards,
    Auditor auditor,
    RecipeCatalogue recipes,
    ModelCatalogue models,
    ModelSelector selector,
    RecipeOptions recipeOptions,
    BatchOptions options)
{
    private const int LoadedAhead = 4;

    // Escapes, and what each step bears of its item, make a step longer than the line that it comes from.
    private const int LongestStep = 1024 * 1024 * 1024;

    /// <summary>Whether a batch goes through stages.</summary>
    public bool Has(BatchSpec spec) => !BatchSpec.IsStage(spec.Id) && recipes.Find(spec.Recipe) is IStagedRecipe;

    /// <summary>Plans a batch that goes through stages, or finds it planned: writes its first stage.</summary>
    /// <returns>The plan, with the stage that it is at.</returns>
    public async Task<BatchPlan> PlanAsync(BatchSpec spec, CancellationToken cancellationToken)
    {
        if (await planner.FindAsync(spec.Id, cancellationToken) is { } existing
            && (existing.Items == 0 || await IsThereAsync(spec, 1, cancellationToken)))
        {
            var stage = existing.Items == 0 ? 0 : 1;
            while (stage > 0 && await IsThereAsync(spec, stage + 1, cancellationToken))
            {
                stage++;
            }

            return existing with { Stage = stage };
        }

        var cut = spec.Cut ?? ShardSizes.Of(options);
        var (items, invalid) = (0L, 0L);
        await using var content = await planner.OpenInputAsync(spec, cancellationToken);
        if (content is null)
        {
            return Planner.InputNotFound(spec);
        }

        using var input = new InputScanner(content, cut.LineBytes, selector, spec.Wish, isSplit: true);
        await using (var steps = new StageWriter(InputOf(spec, 1)))
        await using (var errors = await blobs.InvalidLines(spec.Id).OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken))
        {
            while (await input.ReadAsync(cancellationToken))
            {
                var lines = input.Fault is null ? StepsOf(spec, input, out var fault) : Nothing(input.Fault, out fault);
                if (fault is not null)
                {
                    invalid++;
                    await errors.WriteAsync(OutcomeLine.OfInvalidLine(spec.Id, input.Line.Number, fault), cancellationToken);
                    continue;
                }

                items++;
                await steps.WriteAsync(lines, cancellationToken);
            }
        }

        if (items + invalid == 0)
        {
            return Planner.EmptyInput;
        }

        if (items > 0)
        {
            await WriteSpecAsync(spec, 1, cancellationToken);
        }

        var plan = new BatchPlan(0, items, invalid, options.OpenShards) { Stage = items > 0 ? 1 : 0 };
        await planner.WriteAsync(spec.Id, plan, [], cancellationToken);
        return plan;
    }

    /// <summary>Takes what a stage has brought: outcomes of items, and the next stage.</summary>
    /// <param name="stage">The stage, which has ended.</param>
    /// <param name="closing">Why the batch is being closed early; items that would need another stage end with that.</param>
    public async Task<StageAdvance> AdvanceAsync(BatchSpec spec, int stage, string? closing, CancellationToken cancellationToken)
    {
        var recipe = (IStagedRecipe)recipes.Find(spec.Recipe)!;
        var (tally, goesOn) = (Tally.Zero, false);
        var results = blobs.Container.GetBlockBlobClient(ContainerLayout.ResultsName(spec.Id, stage - 1));
        var errors = blobs.Container.GetBlockBlobClient(ContainerLayout.ErrorsName(spec.Id, stage - 1));
        await using (var next = new StageWriter(InputOf(spec, stage + 1)))
        await using (var good = await results.OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken))
        await using (var bad = await errors.OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken))
        {
            await foreach (var item in ItemsAsync(spec, stage, cancellationToken))
            {
                var spent = item.Aggregate(StepSpending.None, (sum, step) => sum + step.Line.Spent + step.Outcome.Spent);
                var end = item.Any(s => s.Outcome.Fault is not null)
                    ? null
                    : recipe.Next(
                        [.. item.Select(s => new StepReply(s.Line.Step, s.Outcome.Data!.Value))], RoomOf(item[0].Line.Step.Model!));
                if (end is { Data: null } && closing is null)
                {
                    goesOn = true;
                    await next.WriteAsync(
                        LinesOf(item[0].Line, item[0].Line.Step.Id.Split('.')[1], stage + 1, end.Steps, spent), cancellationToken);
                    continue;
                }

                var outcome = OutcomeOf(spec, item, end?.Data, closing, spent);
                tally += outcome.Tally;
                await (outcome.IsError ? bad : good).WriteAsync(outcome.Line, cancellationToken);
            }
        }

        var mark = new SettledMark(await LengthOf(results, cancellationToken), await LengthOf(errors, cancellationToken), tally);
        await results.SetMetadataAsync(
            new Dictionary<string, string> { [SettledMark.Key] = mark.ToText() }, cancellationToken: cancellationToken);
        if (goesOn)
        {
            await WriteSpecAsync(spec, stage + 1, cancellationToken);
        }

        var (isWhole, total) = await auditor.CountMarksAsync(spec.Id, stage, cancellationToken);
        return new StageAdvance(!goesOn, !isWhole, total);
    }

    private static async Task<long> LengthOf(BlockBlobClient blob, CancellationToken cancellationToken)
    {
        BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        return properties.ContentLength;
    }

    private static IReadOnlyList<StepLine> Nothing(LineFault because, out LineFault? fault)
    {
        fault = because;
        return [];
    }

    private IReadOnlyList<StepLine> StepsOf(BatchSpec spec, InputScanner input, out LineFault? fault)
    {
        var item = input.Item!.Value;
        if (!item.IsSource)
        {
            return Nothing(
                new LineFault("not_a_source", $"The recipe '{spec.Recipe}' takes sources; this is a request line.", item.Id), out fault);
        }

        var source = Source.Read(item.Body) with { Model = input.Model };
        var steps = ((IStagedRecipe)recipes.Find(spec.Recipe)!).Begin(source, RoomOf(input.Model!), out var why);
        fault = why is null ? null : new LineFault("invalid_request", why, item.Id);
        return LinesOf(
            new StepLine(item.Id, item.Priority, source, StepSpending.None), $"{input.Line.Number}", 1, steps, StepSpending.None);
    }

    // Ids of steps are unique over all stages, because the ledger tells them apart by nothing else.
    private static List<StepLine> LinesOf(StepLine of, string number, int stage, IReadOnlyList<Source> steps, StepSpending spent) =>
        [.. steps.Select((step, index) =>
            of with { Step = step with { Id = $"{stage}.{number}.{index + 1}" }, Spent = index == 0 ? spent : StepSpending.None })];

    private static PendingOutcome OutcomeOf(
        BatchSpec spec, List<(StepLine Line, StepOutcome Outcome)> item, System.Text.Json.JsonElement? data, string? closing,
        StepSpending spent)
    {
        var (line, left) = item.Find(s => s.Outcome is { Fault: not null, IsNotRun: false }) is { Line: not null } failed ? failed
            : item.Find(s => s.Outcome.Fault is not null) is { Line: not null } notRun ? notRun
            : item[^1];
        var fault = left.Fault is null ? data is null ? ShardPass.ClosedBy(closing!) : null
            : left.IsNotRun || line.Step.Parts == 1 ? left.Fault
            : new LineFault(
                "part_failed",
                $"Part {line.Step.Part} of {line.Step.Parts}{Whose(line.Step)} failed: {left.Fault.Code}: {left.Fault.Message}");
        var isNotRun = fault?.Code is OutcomeReader.CancelledCode or OutcomeReader.ExpiredCode;
        var call = left.Call with { Usage = spent.Usage, Latency = TimeSpan.FromMilliseconds(spent.LatencyMs) };
        var written = OutcomeLine.Of(
            spec.Id, line.ItemId, isNotRun ? call with { Status = 0, Body = default } : call, spent.Attempts, spent.CostUsd, data, fault);
        var tally = Tally.Zero with
        {
            Completed = fault is null ? 1 : 0,
            Failed = fault is null || isNotRun ? 0 : 1,
            Unrun = isNotRun ? 1 : 0,
            Usage = spent.Usage,
            CostUsd = spent.CostUsd ?? 0,
        };
        return new PendingOutcome(line.ItemId, written, fault is not null, tally);
    }

    private static string Whose(Source step) => step.Documents is [{ } document] ? $" (document '{Excerpt.Of(document.Id)}')" : "";

    // Steps of one item lie together: they were written so, and their priority is the same.
    private async IAsyncEnumerable<List<(StepLine Line, StepOutcome Outcome)>> ItemsAsync(
        BatchSpec spec, int stage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var of = await store.GetAsync(BatchSpec.StageId(spec.Id, stage), cancellationToken);
        var plan = await planner.GetAsync(of, cancellationToken);
        var open = new List<(StepLine Line, StepOutcome Outcome)>();
        var loading = new Queue<Task<List<(StepLine Line, StepOutcome Outcome)>>>();
        for (var shard = 0; shard < plan.Shards || loading.Count > 0;)
        {
            while (shard < plan.Shards && loading.Count < LoadedAhead)
            {
                loading.Enqueue(LoadAsync(of, shard++, cancellationToken));
            }

            foreach (var step in await loading.Dequeue())
            {
                if (open.Count > 0 && open[0].Line.ItemId != step.Line.ItemId)
                {
                    yield return open;
                    open = [];
                }

                open.Add(step);
            }
        }

        if (open.Count > 0)
        {
            yield return open;
        }
    }

    private async Task<List<(StepLine Line, StepOutcome Outcome)>> LoadAsync(BatchSpec of, int shard, CancellationToken cancellationToken)
    {
        var outcomes = new Dictionary<string, StepOutcome>(StringComparer.Ordinal);
        foreach (var blob in new[] { blobs.Results(of.Id, shard), blobs.Errors(of.Id, shard) })
        {
            foreach (var (_, text) in await blob.ReadOrNullAsync(cancellationToken) is { } content ? Lines.Of(content.ToMemory()) : [])
            {
                var (id, outcome) = StepOutcome.Read(text);
                outcomes[id] = outcome;
            }
        }

        return
        [
            .. (await shards.ReadItemsAsync(of, shard)).Select(item => (
                StepLine.Read(item),
                outcomes.GetValueOrDefault(item.Id)
                    ?? throw new InvalidDataException($"Step {item.Id} of batch '{of.Id}' has no outcome."))),
        ];
    }

    private Task<bool> WriteSpecAsync(BatchSpec spec, int stage, CancellationToken cancellationToken)
    {
        var of = spec with
        {
            Id = BatchSpec.StageId(spec.Id, stage),
            Input = InputOf(spec, stage).Name,
            InputHash = null,
            Cut = (spec.Cut ?? ShardSizes.Of(options)) with { LineBytes = LongestStep },
            OutputLifetime = null,
            Metadata = null,
        };
        return blobs.Spec(of.Id)
            .WriteAsync(
                System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(of, BatchJson.Default.BatchSpec),
                cancellationToken: cancellationToken);
    }

    private BlockBlobClient InputOf(BatchSpec spec, int stage) =>
        blobs.ByName(ContainerLayout.OwnInputName(BatchSpec.StageId(spec.Id, stage), "steps"));

    private async Task<bool> IsThereAsync(BatchSpec spec, int stage, CancellationToken cancellationToken) =>
        await blobs.Spec(BatchSpec.StageId(spec.Id, stage)).ExistsAsync(cancellationToken);

    private int RoomOf(string model) => recipeOptions.RoomOf(models.Find(model)?.ContextTokens);
}
