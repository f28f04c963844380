using Drover.Batches;
using Drover.Models;
using Drover.Outcomes;
using Drover.Planning;
using Drover.Recipes;
using Drover.Storage;

namespace Drover.Stages;

/// <summary>Plans batches that go through stages: the sources of the input become the steps of the first stage.</summary>
public sealed class StagePlanner(
    ContainerLayout blobs, StageFiles stages, Planner planner, RecipeCatalogue recipes, ContextRoom room, ModelSelector selector,
    BatchOptions options)
{
    /// <summary>Whether a batch goes through stages.</summary>
    public bool Has(BatchSpec spec) => !BatchSpec.IsStage(spec.Id) && recipes.Find(spec.Recipe) is IStagedRecipe;

    /// <summary>Plans a batch that goes through stages, or finds it planned: writes its first stage.</summary>
    /// <returns>The plan, with the stage that it is at.</returns>
    public async Task<BatchPlan> PlanAsync(BatchSpec spec, CancellationToken cancellationToken)
    {
        if (await planner.FindAsync(spec.Id, cancellationToken) is { } existing
            && (existing.Items == 0 || await stages.IsThereAsync(spec, 1, cancellationToken)))
        {
            var stage = existing.Items == 0 ? 0 : 1;
            while (stage > 0 && await stages.IsThereAsync(spec, stage + 1, cancellationToken))
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
        await using (var steps = new StageWriter(stages.InputOf(spec, 1)))
        await using (var errors = await blobs.InvalidLines(spec.Id).OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken))
        {
            while (await input.ReadAsync(cancellationToken))
            {
                var lines = input.Fault is null ? StepsOf(spec, input, out var fault) : Nothing(input.Fault, out fault);
                if (fault is not null)
                {
                    invalid++;
                    await errors.WriteAsync(OutcomeLine.OfInvalidLine(spec, input.Line.Number, fault), cancellationToken);
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
            await stages.WriteSpecAsync(spec, 1, cancellationToken);
        }

        var plan = new BatchPlan(0, items, invalid, options.OpenShards) { Stage = items > 0 ? 1 : 0 };
        await planner.WriteAsync(spec.Id, plan, [], cancellationToken);
        return plan;
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
        var steps = ((IStagedRecipe)recipes.Find(spec.Recipe)!).Begin(source, room.Of(input.Model!), out var why);
        fault = why is null ? null : new LineFault("invalid_request", why, item.Id);
        return StageFiles.LinesOf(
            new StepLine(item.Id, item.Priority, source, StepSpending.None), $"{input.Line.Number}", 1, steps, StepSpending.None);
    }
}
