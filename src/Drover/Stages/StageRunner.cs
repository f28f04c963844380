using System.Runtime.CompilerServices;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Drover.Batches;
using Drover.Json;
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
/// it. What a stage brings is an outcome of the item, in the shard of the batch that has the stage's number, or lines of the next stage's
/// input.
/// </para>
/// <para>
/// Everything here can be done again at any time and comes to the same. The next stage's spec is written last: it says that the one
/// before is done with. Memory: some shards of a stage, and one item's steps.
/// </para>
/// </remarks>
public sealed class StageRunner(
    ContainerLayout blobs, StageFiles stages, Planner planner, ShardClaims shards, Auditor auditor, RecipeCatalogue recipes,
    ContextRoom room)
{
    private const int LoadedAhead = 4;

    /// <summary>Takes what a stage has brought: outcomes of items, and the next stage.</summary>
    /// <param name="stage">The stage, which has ended.</param>
    /// <param name="closing">Why the batch is being closed early; items that would need another stage end with that.</param>
    public async Task<StageAdvance> AdvanceAsync(BatchSpec spec, int stage, string? closing, CancellationToken cancellationToken)
    {
        var recipe = (IStagedRecipe)recipes.Find(spec.Recipe)!;
        var (tally, goesOn) = (Tally.Zero, false);
        var results = blobs.Container.GetBlockBlobClient(ContainerLayout.ResultsName(spec.Id, stage - 1));
        var errors = blobs.Container.GetBlockBlobClient(ContainerLayout.ErrorsName(spec.Id, stage - 1));
        await using (var next = new StageWriter(stages.InputOf(spec, stage + 1)))
        await using (var good = await results.OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken))
        await using (var bad = await errors.OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken))
        {
            await foreach (var item in ItemsAsync(spec, stage, cancellationToken))
            {
                var spent = item.Aggregate(StepSpending.None, (sum, step) => sum + step.Line.Spent + StepSpending.Of(step.Outcome));
                var end = item.Any(s => FaultOf(s.Outcome) is not null)
                    ? null
                    : recipe.Next(
                        [.. item.Select(s => new StepReply(s.Line.Step, s.Outcome.Data!.Value))], room.Of(item[0].Line.Step.Model!));
                if (end is { Data: null } && closing is null)
                {
                    goesOn = true;
                    await next.WriteAsync(
                        StageFiles.LinesOf(item[0].Line, item[0].Line.Step.Id.Split('.')[1], stage + 1, end.Steps, spent),
                        cancellationToken);
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
            await stages.WriteSpecAsync(spec, stage + 1, cancellationToken);
        }

        var (isWhole, total) = await auditor.CountMarksAsync(spec.Id, stage, cancellationToken);
        return new StageAdvance(!goesOn, !isWhole, total);
    }

    private static async Task<long> LengthOf(BlockBlobClient blob, CancellationToken cancellationToken)
    {
        BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken);
        return properties.ContentLength;
    }

    private static PendingOutcome OutcomeOf(
        BatchSpec spec, List<(StepLine Line, OutcomeLine Outcome)> item, System.Text.Json.JsonElement? data, string? closing,
        StepSpending spent)
    {
        var (line, left) = item.Find(s => FaultOf(s.Outcome) is not null && !s.Outcome.IsNotRun) is { Line: not null } failed ? failed
            : item.Find(s => FaultOf(s.Outcome) is not null) is { Line: not null } notRun ? notRun
            : item[^1];
        var fault = FaultOf(left) is not { } why ? data is null ? PendingOutcome.ClosedBy(closing!) : null
            : left.IsNotRun || line.Step.Parts == 1 ? why
            : new LineFault(
                "part_failed", $"Part {line.Step.Part} of {line.Step.Parts}{Whose(line.Step)} failed: {why.Code}: {why.Message}");
        var call = left.Call with { Usage = spent.Usage, CostUsd = spent.CostUsd, Latency = TimeSpan.FromMilliseconds(spent.LatencyMs) };
        return PendingOutcome.Of(
            spec.Id, line.ItemId, OutcomeLine.IsNotRunCode(fault?.Code) ? call with { Status = 0, Body = default } : call, spent.Attempts,
            data, fault);
    }

    // A step that has neither an error nor data is one that was answered with something else.
    private static LineFault? FaultOf(OutcomeLine step) =>
        step.Fault ?? (step.Data is null ? new LineFault("upstream_error", $"The upstream answered {step.Call.Status}.") : null);

    private static string Whose(Source step) => step.Documents is [{ } document] ? $" (document '{Excerpt.Of(document.Id)}')" : "";

    // Steps of one item lie together: they were written so, and their priority is the same.
    private async IAsyncEnumerable<List<(StepLine Line, OutcomeLine Outcome)>> ItemsAsync(
        BatchSpec spec, int stage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var of = await stages.GetAsync(spec, stage, cancellationToken);
        var plan = await planner.GetAsync(of, cancellationToken);
        var open = new List<(StepLine Line, OutcomeLine Outcome)>();
        var loading = new Queue<Task<List<(StepLine Line, OutcomeLine Outcome)>>>();
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

    private async Task<List<(StepLine Line, OutcomeLine Outcome)>> LoadAsync(BatchSpec of, int shard, CancellationToken cancellationToken)
    {
        var outcomes = new Dictionary<string, OutcomeLine>(StringComparer.Ordinal);
        foreach (var blob in new[] { blobs.Results(of.Id, shard), blobs.Errors(of.Id, shard) })
        {
            foreach (var (_, text) in await blob.ReadOrNullAsync(cancellationToken) is { } content ? Lines.Of(content.ToMemory()) : [])
            {
                var outcome = OutcomeLine.Read(text);
                outcomes[outcome.ItemId] = outcome;
            }
        }

        return
        [
            .. (await shards.ReadItemsAsync(of, shard)).Select(item => (
                StepLine.Read(item),
                outcomes.GetValueOrDefault(item.Id)
                    ?? throw new BrokenBatchException($"Step {item.Id} of batch '{of.Id}' has no outcome."))),
        ];
    }
}
