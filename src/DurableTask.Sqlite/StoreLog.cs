using Microsoft.Extensions.Logging;

namespace DurableTask.Sqlite;

/// <summary>What the provider logs. Payloads are never logged.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(
        100, LogLevel.Information, "Durable tasks started on '{Path}': {Messages} messages and {Activities} activities to go on with")]
    public static partial void Started(ILogger log, string path, int messages, int activities);

    [LoggerMessage(101, LogLevel.Information, "Durable tasks stopped")]
    public static partial void Stopped(ILogger log);

    [LoggerMessage(102, LogLevel.Warning, "Stopped while {Count} activities were still running; they run again at the next start")]
    public static partial void ActivitiesAbandoned(ILogger log, int count);

    [LoggerMessage(103, LogLevel.Critical, "The durable database '{Path}' failed; nothing goes on until it is mended")]
    public static partial void StoreFailed(ILogger log, Exception exception, string path);

    [LoggerMessage(104, LogLevel.Critical, "Looking for messages of other processes failed; nothing goes on until a restart")]
    public static partial void PollFailed(ILogger log, Exception exception);

    [LoggerMessage(110, LogLevel.Debug, "Orchestration '{Name}' (instance '{InstanceId}') ended: {Status}")]
    public static partial void Ended(ILogger log, string name, string instanceId, string status);

    [LoggerMessage(111, LogLevel.Warning, "Orchestration '{Name}' (instance '{InstanceId}') failed: {Failure}")]
    public static partial void Failed(ILogger log, string name, string instanceId, string failure);

    [LoggerMessage(112, LogLevel.Error, "A turn of instance '{InstanceId}' could not be read or written; the instance fails")]
    public static partial void TurnFailed(ILogger log, Exception exception, string instanceId);

    [LoggerMessage(113, LogLevel.Debug, "A message {Kind} for instance '{InstanceId}' came too late and was dropped")]
    public static partial void Dropped(ILogger log, string kind, string instanceId);

    [LoggerMessage(114, LogLevel.Warning, "Instance '{InstanceId}' could not be read; its turn is tried again")]
    public static partial void ReadFailed(ILogger log, Exception exception, string instanceId);

    [LoggerMessage(115, LogLevel.Warning, "A turn of instance '{InstanceId}' was given up and is tried again")]
    public static partial void TurnAbandoned(ILogger log, string instanceId);

    [LoggerMessage(120, LogLevel.Information, "Activity '{Name}' (instance '{InstanceId}', step {Step}) failed: {Reason}")]
    public static partial void ActivityFailed(ILogger log, string name, string instanceId, int step, string? reason);

    [LoggerMessage(121, LogLevel.Error, "The result of activity '{Name}' (instance '{InstanceId}', step {Step}) could not be written")]
    public static partial void ActivityNotWritten(ILogger log, Exception exception, string? name, string instanceId, int step);

    [LoggerMessage(130, LogLevel.Information, "{Count} ended orchestrations were purged")]
    public static partial void Purged(ILogger log, int count);
}
