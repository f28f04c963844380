using System.Text.Json;
using Drover.Batches;
using Drover.Storage;

namespace Drover.Outcomes;

/// <summary>The outcomes of one shard as storage has them: its two append blobs, which are the checkpoint.</summary>
/// <remarks>
/// An item is done when, and only when, its line is in one of the two. A run of the shard takes both blobs before it reads
/// them, so of two runs that meet, the earlier one is refused at its next append and stops.
/// </remarks>
internal sealed class OutcomeLog
{
    /// <summary>The most bytes of one append, so the longest line: Azure Storage's limit for an append block.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    private readonly OutcomeBlob _results;
    private readonly OutcomeBlob _errors;
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    private OutcomeLog(ContainerLayout blobs, string batchId, int shard)
    {
        var epoch = Guid.NewGuid().ToString("N");
        _results = new OutcomeBlob(blobs.Results(batchId, shard), epoch);
        _errors = new OutcomeBlob(blobs.Errors(batchId, shard), epoch);
    }

    /// <summary>The counts over the lines that are there.</summary>
    public Tally Tally { get; private set; } = Tally.Zero;

    /// <summary>Whether a mark says that all of the shard's items have outcomes.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Takes the shard's outcomes over from any earlier run, and reads them; a settled shard is left as it is.</summary>
    public static async Task<OutcomeLog> OpenAsync(ContainerLayout blobs, string batchId, int shard, CancellationToken cancellationToken)
    {
        var log = new OutcomeLog(blobs, batchId, shard);
        if (await ReadMarkAsync(blobs, batchId, shard, cancellationToken) is { } mark)
        {
            (log.Tally, log.IsSettled) = (mark.Tally, true);
            return log;
        }

        var results = await log._results.TakeAsync(cancellationToken);
        var errors = await log._errors.TakeAsync(cancellationToken);
        log.Tally = Read(results, ContainerLayout.ResultsName(batchId, shard), isErrors: false, log._ids)
            + Read(errors, ContainerLayout.ErrorsName(batchId, shard), isErrors: true, log._ids);
        return log;
    }

    /// <summary>The counts over a shard's outcomes, without taking them over.</summary>
    public static async Task<Tally> CountAsync(ContainerLayout blobs, string batchId, int shard, CancellationToken cancellationToken)
    {
        if (await ReadMarkAsync(blobs, batchId, shard, cancellationToken) is { } mark)
        {
            return mark.Tally;
        }

        var results = await blobs.Results(batchId, shard).ReadOrNullAsync(cancellationToken);
        var errors = await blobs.Errors(batchId, shard).ReadOrNullAsync(cancellationToken);
        var ids = new HashSet<string>();
        return Read(results?.ToMemory() ?? default, ContainerLayout.ResultsName(batchId, shard), isErrors: false, ids)
            + Read(errors?.ToMemory() ?? default, ContainerLayout.ErrorsName(batchId, shard), isErrors: true, ids);
    }

    /// <summary>Whether the item has its outcome.</summary>
    public bool Has(string id) => _ids.Contains(id);

    /// <summary>Appends lines to one of the two blobs.</summary>
    /// <exception cref="FencedException">Another run has taken the shard, or storage was put back to an earlier state.</exception>
    public async Task AppendAsync(IReadOnlyList<PendingOutcome> outcomes, bool isErrors, CancellationToken cancellationToken)
    {
        for (var start = 0; start < outcomes.Count;)
        {
            var block = new MemoryStream();
            var end = start;
            while (end < outcomes.Count && (end == start || block.Length + outcomes[end].Line.Length <= MostBytes))
            {
                block.Write(outcomes[end++].Line);
            }

            await (isErrors ? _errors : _results).AppendAsync(block, cancellationToken);
            for (; start < end; start++)
            {
                _ids.Add(outcomes[start].ItemId);
                Tally += outcomes[start].Tally;
            }
        }
    }

    /// <summary>Marks the shard as settled: every item of it has its outcome.</summary>
    /// <exception cref="FencedException">Another run has taken the shard, or storage was put back to an earlier state.</exception>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await _results.MarkAsync(SettledMark.Key, new SettledMark(_results.Length, _errors.Length, Tally).ToText(), cancellationToken);
        IsSettled = true;
    }

    private static async Task<SettledMark?> ReadMarkAsync(
        ContainerLayout blobs, string batchId, int shard, CancellationToken cancellationToken)
    {
        var (resultsLength, metadata, _) = await OutcomeBlob.PeekAsync(blobs.Results(batchId, shard), cancellationToken);
        if (metadata?.ContainsKey(SettledMark.Key) != true)
        {
            return null;
        }

        var (errorsLength, _, _) = await OutcomeBlob.PeekAsync(blobs.Errors(batchId, shard), cancellationToken);
        return SettledMark.Read(metadata, resultsLength, errorsLength);
    }

    private static Tally Read(ReadOnlyMemory<byte> lines, string name, bool isErrors, HashSet<string> ids)
    {
        try
        {
            return OutcomeLine.Count(lines, isErrors, ids);
        }
        catch (JsonException e)
        {
            throw new BrokenBatchException($"'{name}' holds a line that is no outcome of ours.", e);
        }
    }
}
