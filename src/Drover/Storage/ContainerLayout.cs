using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace Drover.Storage;

/// <summary>The blob layout: where each part of a batch lies in the container.</summary>
/// <remarks>
/// <code>
/// inputs/{name}                       an input that several batches may name
/// batches/{id}/batch.json             the spec, written once
/// batches/{id}/input-{random}.jsonl   the items, when they came with the request
/// index/{newest first}-{id}           an empty blob per batch, so that listing them is listing these
/// batches/{id}/plan.jsonl             one record of fixed width per shard
/// batches/{id}/skips/{offset}-{p}     lines inside a shard's range that are not its to run (rare)
/// batches/{id}/carried/NNNNN.jsonl    append blob: results of earlier batches that a shard's items have already
/// batches/{id}/errors/invalid.jsonl   lines that are no items
/// batches/{id}/results/NNNNN.jsonl    append blob: the outcomes that are results
/// batches/{id}/errors/NNNNN.jsonl     append blob: the outcomes that are errors
/// batches/{id}/retries/NNNNN.json     what keeps failing in a shard, why, and whose turn it is to try it
/// batches/{id}/closing                why the batch is to be closed early (cancelled, …)
/// batches/{id}/window                 until when a batch that was stopped and went on may run
/// batches/{id}/edition                another text each time that outcomes were taken back
/// batches/{id}/final.json             the final record
/// ledgers/spend.json                  the spend ledger of all processes
/// ledgers/spend/{random}.json         one process's reservations
/// ledgers/limits/{upstream}.json      what processes share of an upstream's limits
/// cache/{hash}                        an answer that is given again to the same request
/// streams/{id}.sse                    append blob: a stream's log
/// </code>
/// </remarks>
public sealed class ContainerLayout(BlobContainerClient container)
{
    /// <summary>How the names of index entries begin.</summary>
    public const string IndexPrefix = "index/";

    /// <summary>How the names of streams' logs begin.</summary>
    public const string StreamsPrefix = "streams/";

    /// <summary>How the names of answers begin that are given again.</summary>
    public const string CachePrefix = "cache/";

    private const string BatchesPrefix = "batches/";

    public BlobContainerClient Container { get; } = container;

    public BlockBlobClient SharedInput(string name) => Container.GetBlockBlobClient($"inputs/{name}");

    public BlockBlobClient Spec(string batchId) => Block(batchId, "batch.json");

    public BlockBlobClient Plan(string batchId) => Block(batchId, "plan.jsonl");

    public BlockBlobClient Skips(string batchId, long offset, int priority) => Block(batchId, $"skips/{offset}-{priority}.json");

    public BlockBlobClient InvalidLines(string batchId) => Block(batchId, "errors/invalid.jsonl");

    public BlockBlobClient Holder(string batchId) => Block(batchId, "holder");

    public BlockBlobClient Closing(string batchId) => Block(batchId, "closing");

    public BlockBlobClient Window(string batchId) => Block(batchId, "window");

    public BlockBlobClient Edition(string batchId) => Block(batchId, "edition");

    public BlockBlobClient Final(string batchId) => Block(batchId, "final.json");

    public AppendBlobClient Results(string batchId, int shard) => Container.GetAppendBlobClient(ResultsName(batchId, shard));

    public AppendBlobClient Errors(string batchId, int shard) => Container.GetAppendBlobClient(ErrorsName(batchId, shard));

    /// <summary>The results of earlier batches that a shard's items have already.</summary>
    public AppendBlobClient Carried(string batchId, int shard) =>
        Container.GetAppendBlobClient($"{CarriedPrefix(batchId)}{shard:D5}.jsonl");

    /// <summary>What keeps failing in a shard.</summary>
    public BlockBlobClient RetryTicket(string batchId, int shard) =>
        Container.GetBlockBlobClient($"{RetryTicketsPrefix(batchId)}{shard:D5}.json");

    public BlockBlobClient CachedAnswer(string key) => Container.GetBlockBlobClient(CachePrefix + key);

    /// <summary>What all processes know of the money spent.</summary>
    public BlockBlobClient SpendLedger() => Container.GetBlockBlobClient("ledgers/spend.json");

    /// <summary>What one process has reserved and settled.</summary>
    public BlockBlobClient SpendSheet(string id) => Container.GetBlockBlobClient($"ledgers/spend/{id}.json");

    public AppendBlobClient Stream(string streamId) => Container.GetAppendBlobClient($"{StreamsPrefix}{streamId}.sse");

    /// <summary>The blob of that name, for a spec's <c>Input</c>, which holds a whole name within the container.</summary>
    public BlockBlobClient ByName(string name) => Container.GetBlockBlobClient(name);

    /// <summary>The empty blob that lists a batch; the names of newer batches sort first.</summary>
    public BlockBlobClient IndexEntry(string batchId, DateTimeOffset createdAt) =>
        Container.GetBlockBlobClient(IndexName(batchId, createdAt));

    public static string IndexName(string batchId, DateTimeOffset createdAt) =>
        $"{IndexPrefix}{long.MaxValue - createdAt.UtcTicks:D19}-{batchId}";

    /// <summary>The batch id in the name of an index entry.</summary>
    public static string IdOfIndexEntry(string name) => name[(IndexPrefix.Length + 20)..];

    public static string OwnInputName(string batchId, string suffix) => $"{BatchesPrefix}{batchId}/input-{suffix}.jsonl";

    public static string SharedInputName(string name) => $"inputs/{name}";

    public static string ResultsPrefix(string batchId) => $"{BatchesPrefix}{batchId}/results/";

    public static string ErrorsPrefix(string batchId) => $"{BatchesPrefix}{batchId}/errors/";

    public static string RetryTicketsPrefix(string batchId) => $"{BatchesPrefix}{batchId}/retries/";

    public static string CarriedPrefix(string batchId) => $"{BatchesPrefix}{batchId}/carried/";

    public static string ResultsName(string batchId, int shard) => $"{ResultsPrefix(batchId)}{shard:D5}.jsonl";

    public static string ErrorsName(string batchId, int shard) => $"{ErrorsPrefix(batchId)}{shard:D5}.jsonl";

    private BlockBlobClient Block(string batchId, string name) => Container.GetBlockBlobClient($"{BatchesPrefix}{batchId}/{name}");
}
