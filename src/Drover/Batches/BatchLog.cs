using Microsoft.Extensions.Logging;

namespace Drover.Batches;

/// <summary>What batches log.</summary>
internal static partial class BatchLog
{
    [LoggerMessage(1601, LogLevel.Warning, "Storage does not answer ({Error}); outcomes wait and nothing more is launched.")]
    public static partial void StorageAway(ILogger logger, string error);

    [LoggerMessage(1602, LogLevel.Warning, "Batch {BatchId}, shard {Shard}: an append was refused ({Reason}); the shard is read again.")]
    public static partial void Fenced(ILogger logger, string batchId, int shard, string reason);

    [LoggerMessage(1603, LogLevel.Information, "Batch {BatchId}, shard {Shard}: {Count} answers of an earlier process were recovered.")]
    public static partial void Recovered(ILogger logger, string batchId, int shard, int count);

    [LoggerMessage(1604, LogLevel.Warning, "Batch {BatchId}: the audit found {Count} shards that fall short; they are run again.")]
    public static partial void AuditFoundShort(ILogger logger, string batchId, int count);

    [LoggerMessage(1606, LogLevel.Warning, "An answer could not be spooled (is the disk full?); it goes to storage all the same.")]
    public static partial void SpoolFailed(ILogger logger);

    [LoggerMessage(1605, LogLevel.Debug, "Batch {BatchId}, shard {Shard}, pass {Pass}: {Left} items left.")]
    public static partial void PassEnded(ILogger logger, string batchId, int shard, int pass, int left);

    [LoggerMessage(1607, LogLevel.Information, "Batch {BatchId}, shard {Shard}: {Left} items that keep failing wait in the retry queue; try {Round} of {MaxRetries} is at {Due:u}.")]
    public static partial void Queued(ILogger logger, string batchId, int shard, int left, int round, int maxRetries, DateTimeOffset due);

    [LoggerMessage(1608, LogLevel.Warning, "Batch {BatchId}, shard {Shard}: {Count} items have had their last try; they are dead letters.")]
    public static partial void Buried(ILogger logger, string batchId, int shard, int count);

    [LoggerMessage(1609, LogLevel.Warning, "Batch {BatchId}, shard {Shard}: its slice was due at {Due:u} and was not tried; its message is sent again.")]
    public static partial void SentAgain(ILogger logger, string batchId, int shard, DateTimeOffset due);

    [LoggerMessage(1610, LogLevel.Information, "Batch {BatchId} is run again: {Count} errors are taken back.")]
    public static partial void Reopened(ILogger logger, string batchId, int count);
}
