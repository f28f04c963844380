using Microsoft.Extensions.Logging;

namespace Drover.Retries;

/// <summary>What retries log.</summary>
internal static partial class RetryLog
{
    [LoggerMessage(2101, LogLevel.Warning, "Batch {BatchId}, shard {Shard}: {Count} items have had their last try; they are dead letters.")]
    public static partial void Buried(ILogger logger, string batchId, int shard, int count);

    [LoggerMessage(2102, LogLevel.Information, "Batch {BatchId} is run again: {Count} errors are taken back.")]
    public static partial void Reopened(ILogger logger, string batchId, int count);
}
