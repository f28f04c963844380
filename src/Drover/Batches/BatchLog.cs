using Microsoft.Extensions.Logging;

namespace Drover.Batches;

/// <summary>What batches log.</summary>
internal static partial class BatchLog
{
    [LoggerMessage(201, LogLevel.Warning, "Storage does not answer ({Error}); outcomes wait and nothing more is launched.")]
    public static partial void StorageAway(ILogger logger, string error);

    [LoggerMessage(202, LogLevel.Warning, "Batch {BatchId}, shard {Shard}: an append was refused ({Reason}); the shard is read again.")]
    public static partial void Fenced(ILogger logger, string batchId, int shard, string reason);

    [LoggerMessage(203, LogLevel.Information, "Batch {BatchId}, shard {Shard}: {Count} answers of an earlier process were recovered.")]
    public static partial void Recovered(ILogger logger, string batchId, int shard, int count);

    [LoggerMessage(204, LogLevel.Warning, "Batch {BatchId}: the audit found {Count} shards that fall short; they are run again.")]
    public static partial void AuditFoundShort(ILogger logger, string batchId, int count);

    [LoggerMessage(206, LogLevel.Warning, "An answer could not be spooled (is the disk full?); it goes to storage all the same.")]
    public static partial void SpoolFailed(ILogger logger);

    [LoggerMessage(205, LogLevel.Debug, "Batch {BatchId}, shard {Shard}, pass {Pass}: {Left} items left.")]
    public static partial void PassEnded(ILogger logger, string batchId, int shard, int pass, int left);
}
