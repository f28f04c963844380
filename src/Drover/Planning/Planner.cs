using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Drover.Batches;
using Drover.Models;
using Drover.Outcomes;
using Drover.Storage;

namespace Drover.Planning;

/// <summary>Cuts a batch's input into shards, in one pass over it.</summary>
/// <remarks>
/// <para>
/// Nothing of the input is copied: a shard is a byte range. Lines that are no items (not JSON, no id, too long, an id seen
/// before, a model whose prices are not known) are written as errors at once, by line number, and the rest goes on.
/// </para>
/// <para>
/// Memory: one line, the open shards, and 36 bytes an item for the ids seen, as hashes of 128 bits; this last part is
/// given back when the plan is written.
/// </para>
/// <para>On the way a sample of the items is counted, to learn by how much estimates of tokens are out
/// (<see cref="BatchPlan.TokenRatio"/>).</para>
/// <para>A batch made by the rules of the Batch API (<see cref="BatchSpec.Endpoint"/>) is not run at all if a line breaks them.</para>
/// <para>Planning again finds the plan that is there, since shards that have outcomes must stay as they were cut.</para>
/// </remarks>
public sealed class Planner(ContainerLayout blobs, BatchOptions options, ModelSelector models, TokenSampler? sampler = null)
{
    private const int RecordLength = 160;
    private const int TargetShards = 64;
    private const int LeastShardBytes = 128 * 1024;
    private const int LeastStageShardBytes = 1024 * 1024; // Its lines are long: fewer to a shard would not fill the concurrency.
    private const int MostFaults = 100;

    /// <summary>Plans a batch, or finds it planned.</summary>
    public async Task<BatchPlan> PlanAsync(BatchSpec spec, CancellationToken cancellationToken)
    {
        if (await FindAsync(spec.Id, cancellationToken) is { } existing)
        {
            return existing;
        }

        await using var input = await OpenInputAsync(spec, cancellationToken);
        return input is null ? InputNotFound(spec) : await PlanAsync(spec, input, cancellationToken);
    }

    /// <summary>The batch's input; null when it is not in storage.</summary>
    internal Task<Stream?> OpenInputAsync(BatchSpec spec, CancellationToken cancellationToken) =>
        blobs.ByName(spec.Input).OpenOrNullAsync(cancellationToken);

    /// <summary>Plans a batch, or finds it planned: also when storage has lost the plan since.</summary>
    /// <exception cref="BrokenBatchException">The batch cannot be planned.</exception>
    public async Task<BatchPlan> GetAsync(BatchSpec spec, CancellationToken cancellationToken)
    {
        var plan = await PlanAsync(spec, cancellationToken);
        return plan.Problem is null ? plan : throw new BrokenBatchException(plan.Problem);
    }

    /// <summary>Reads one record of a plan.</summary>
    /// <exception cref="BrokenBatchException">There is no such record.</exception>
    public async Task<Shard> ReadShardAsync(BatchSpec spec, int index, CancellationToken cancellationToken)
    {
        BlobDownloadResult record;
        try
        {
            record = await ReadRecordAsync(spec, index, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 416)
        {
            var plan = await GetAsync(spec, cancellationToken);
            record = index < plan.Shards
                ? await ReadRecordAsync(spec, index, cancellationToken)
                : throw new BrokenBatchException($"The plan of batch '{spec.Id}' has no record of shard {index}.", e);
        }

        return record.Content.ToMemory().Length == RecordLength
            && JsonSerializer.Deserialize(record.Content.ToMemory().Span, PlanJson.Default.Shard) is { } shard && shard.Index == index
                ? shard with { TokenRatio = PlanOf(record.Details.Metadata)?.TokenRatio ?? 1 }
                : throw new BrokenBatchException($"The plan of batch '{spec.Id}' has no record of shard {index}.");
    }

    /// <summary>The offsets within the shard's range of lines that repeat an id and are to be left out.</summary>
    public async Task<IReadOnlySet<int>> ReadSkipsAsync(string batchId, Shard shard, CancellationToken cancellationToken)
    {
        BlobDownloadResult skips = await blobs.Skips(batchId, shard.Offset, shard.Priority).DownloadContentAsync(cancellationToken);
        return JsonSerializer.Deserialize(skips.Content.ToMemory().Span, PlanJson.Default.Int32Array)!.ToHashSet();
    }

    private async Task<BlobDownloadResult> ReadRecordAsync(BatchSpec spec, int index, CancellationToken cancellationToken) =>
        await blobs.Plan(spec.Id).DownloadContentAsync(
            new BlobDownloadOptions { Range = new HttpRange((long)index * RecordLength, RecordLength) }, cancellationToken);

    /// <summary>The plan that is there, or null.</summary>
    internal async Task<BatchPlan?> FindAsync(string batchId, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties properties = await blobs.Plan(batchId).GetPropertiesAsync(cancellationToken: cancellationToken);
            return PlanOf(properties.Metadata) is { } plan ? plan with { Window = options.OpenShards } : null;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private static BatchPlan? PlanOf(IDictionary<string, string> metadata) =>
        metadata.TryGetValue("plan", out var text) ? JsonSerializer.Deserialize(text, BatchJson.Default.BatchPlan) : null;

    private async Task<BatchPlan> PlanAsync(BatchSpec spec, Stream content, CancellationToken cancellationToken)
    {
        var sample = sampler?.Begin(spec.Recipe, content.Length);
        var cut = spec.Cut ?? ShardSizes.Of(options);
        var cutter = new ShardCutter(cut.Items, TargetOf(spec, cut, content.Length));
        var rules = spec.Endpoint is null ? null : new RequestRules(spec.Endpoint, spec.MostItems ?? long.MaxValue);
        long invalid = 0;
        LineFault? first = null;
        using var input = new InputScanner(content, cut.LineBytes, models, spec.Wish);
        await using (var errors = await blobs.InvalidLines(spec.Id).OpenWriteAsync(overwrite: true, cancellationToken: cancellationToken))
        {
            while ((rules is null || invalid < MostFaults) && await input.ReadAsync(cancellationToken))
            {
                var line = input.Line;
                var fault = rules is null ? input.Fault : rules.Check(input.Item, input.Fault);
                if (fault is null)
                {
                    if (sample?.Wants(line.Offset) == true)
                    {
                        await sample.AddAsync(input.Item!.Value, input.Model);
                    }

                    cutter.Add(input.Item!.Value.Priority, line.Offset, line.Length, line.Number);
                    continue;
                }

                invalid++;
                first ??= fault;
                await errors.WriteAsync(OutcomeLine.OfInvalidLine(spec, line.Number, fault), cancellationToken);
                if (input.Item is { } looksGood)
                {
                    cutter.Skip(looksGood.Priority, line.Offset, line.Length);
                }
                else if (line.IsTooLong)
                {
                    cutter.CloseAll();
                }
            }
        }

        var shards = cutter.Finish();
        if (ProblemOf(spec, shards.Count, invalid, first, rules) is { } problem)
        {
            return problem;
        }

        var plan = new BatchPlan(shards.Count, shards.Sum(s => (long)s.Shard.Items), invalid, options.OpenShards)
        {
            Model = rules?.Model,
            TokenRatio = sample?.Ratio,
        };
        await WriteAsync(spec.Id, plan, shards, cancellationToken);
        return plan;
    }

    private static int TargetOf(BatchSpec spec, ShardSizes cut, long length) => (int)Math.Clamp(
        length / TargetShards, Math.Min(BatchSpec.IsStage(spec.Id) ? LeastStageShardBytes : LeastShardBytes, cut.Bytes), cut.Bytes);

    private static BatchPlan? ProblemOf(BatchSpec spec, int shards, long invalid, LineFault? first, RequestRules? rules)
    {
        if (shards == 0 && invalid == 0)
        {
            return EmptyInput;
        }

        if (first is not null && BatchSpec.IsStage(spec.Id))
        {
            // Their items would be lost.
            return Problem(first.Code, $"{invalid} of its requests cannot be made, the first because: {first.Message}");
        }

        return rules?.Refusal is { } refusal ? Problem(refusal.Code, refusal.Message) : null;
    }

    /// <summary>Writes a plan.</summary>
    internal async Task WriteAsync(string batchId, BatchPlan plan, List<PlannedShard> shards, CancellationToken cancellationToken)
    {
        using var records = new MemoryStream(shards.Count * RecordLength);
        foreach (var (shard, skips) in shards)
        {
            if (skips is not null)
            {
                await blobs.Skips(batchId, shard.Offset, shard.Priority).WriteAsync(
                    JsonSerializer.SerializeToUtf8Bytes([.. skips], PlanJson.Default.Int32Array), cancellationToken: cancellationToken);
            }

            var json = JsonSerializer.SerializeToUtf8Bytes(shard, PlanJson.Default.Shard);
            records.Write(json);
            records.Write(Encoding.ASCII.GetBytes(new string(' ', RecordLength - 1 - json.Length) + "\n"));
        }

        records.Position = 0;
        await blobs.Plan(batchId).UploadAsync(
            records,
            new BlobUploadOptions
            {
                Metadata = new Dictionary<string, string> { ["plan"] = JsonSerializer.Serialize(plan, BatchJson.Default.BatchPlan) },
            },
            cancellationToken);
    }

    /// <summary>What a batch without items has for a plan.</summary>
    internal static BatchPlan EmptyInput { get; } = Problem("empty_batch", "The input is empty: it holds no line with an item.");

    /// <summary>What a batch whose input is gone has for a plan.</summary>
    internal static BatchPlan InputNotFound(BatchSpec spec) =>
        Problem("input_not_found", $"The input '{spec.Input}' is not in storage (any more).");

    private static BatchPlan Problem(string code, string reason) => new(0, 0, 0, 1, reason) { ProblemCode = code };
}
