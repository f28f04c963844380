using Azure.Storage.Blobs.Specialized;
using Drover.Batches;
using Drover.Recipes;
using Drover.Storage;

namespace Drover.Stages;

/// <summary>What a stage of a batch is in storage: a batch of its own, whose input is the stage's steps.</summary>
public sealed class StageFiles(ContainerLayout blobs, BatchStore store, BatchOptions options)
{
    // Escapes, and what each step bears of its item, make a step longer than the line that it comes from.
    private const int LongestStep = 1024 * 1024 * 1024;

    internal Task<BatchSpec> GetAsync(BatchSpec spec, int stage, CancellationToken cancellationToken) =>
        store.GetAsync(BatchSpec.StageId(spec.Id, stage), cancellationToken);

    // Ids of steps are unique over all stages, because the ledger tells them apart by nothing else.
    internal static List<StepLine> LinesOf(StepLine of, string number, int stage, IReadOnlyList<Source> steps, StepSpending spent) =>
        [.. steps.Select((step, index) =>
            of with { Step = step with { Id = $"{stage}.{number}.{index + 1}" }, Spent = index == 0 ? spent : StepSpending.None })];

    internal Task<bool> WriteSpecAsync(BatchSpec spec, int stage, CancellationToken cancellationToken)
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

    internal BlockBlobClient InputOf(BatchSpec spec, int stage) =>
        blobs.ByName(ContainerLayout.OwnInputName(BatchSpec.StageId(spec.Id, stage), "steps"));

    internal async Task<bool> IsThereAsync(BatchSpec spec, int stage, CancellationToken cancellationToken) =>
        await blobs.Spec(BatchSpec.StageId(spec.Id, stage)).ExistsAsync(cancellationToken);
}
