using Microsoft.Extensions.Logging;

namespace Drover.Shards;

/// <summary>What shards log.</summary>
internal static partial class ShardLog
{
    [LoggerMessage(1901, LogLevel.Warning, "Batch {BatchId}, shard {Shard}: an append was refused ({Reason}); the shard is read again.")]
    public static partial void Fenced(ILogger logger, string batchId, int shard, string reason);

    [LoggerMessage(1902, LogLevel.Information, "Batch {BatchId}, shard {Shard}: {Count} answers of an earlier process were recovered.")]
    public static partial void Recovered(ILogger logger, string batchId, int shard, int count);

    [LoggerMessage(1903, LogLevel.Warning, "Batch {BatchId}: the audit found {Count} shards that fall short; they are run again.")]
    public static partial void AuditFoundShort(ILogger logger, string batchId, int count);

    [LoggerMessage(1904, LogLevel.Debug, "Batch {BatchId}, shard {Shard}, pass {Pass}: {Left} items left.")]
    public static partial void PassEnded(ILogger logger, string batchId, int shard, int pass, int left);

    [LoggerMessage(1905, LogLevel.Information,
        "Batch {BatchId}, shard {Shard}: {Left} items that keep failing wait in the retry queue; try {Round} of {MaxRetries} is at {Due:u}.")]
    public static partial void Queued(ILogger logger, string batchId, int shard, int left, int round, int maxRetries, DateTimeOffset due);

    [LoggerMessage(1907, LogLevel.Warning, "Batch {BatchId} is not run here: {Reason}")]
    public static partial void NotAdmitted(ILogger logger, string batchId, string reason);

    [LoggerMessage(1906, LogLevel.Warning,
        "Batch {BatchId}, shard {Shard}: its ticket was due at {Due:u} and was not tried; its message is sent again.")]
    public static partial void SentAgain(ILogger logger, string batchId, int shard, DateTimeOffset due);
}
