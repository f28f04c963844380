using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>What the durable engine logs. Payloads are never logged.</summary>
internal static partial class DurableLog
{
    [LoggerMessage(100, LogLevel.Information, "Durable engine started on '{Path}': {Messages} messages and {Activities} activities to go on with")]
    public static partial void Started(ILogger log, string path, int messages, int activities);

    [LoggerMessage(101, LogLevel.Information, "Durable engine stopped")]
    public static partial void Stopped(ILogger log);

    [LoggerMessage(102, LogLevel.Warning, "Stopped while {Count} activities were still running; they run again at the next start")]
    public static partial void ActivitiesAbandoned(ILogger log, int count);

    [LoggerMessage(103, LogLevel.Critical, "The durable database '{Path}' failed; the engine stops")]
    public static partial void StoreFailed(ILogger log, Exception exception, string path);

    [LoggerMessage(104, LogLevel.Critical, "A loop of the durable engine failed; the engine stops")]
    public static partial void LoopFailed(ILogger log, Exception exception);

    [LoggerMessage(110, LogLevel.Debug, "Orchestration '{Name}' (instance '{InstanceId}') ended: {Status}")]
    public static partial void Ended(ILogger log, string name, string instanceId, OrchestrationRuntimeStatus status);

    [LoggerMessage(111, LogLevel.Warning, "Orchestration '{Name}' (instance '{InstanceId}') failed: {Failure}")]
    public static partial void Failed(ILogger log, string name, string instanceId, string failure);

    [LoggerMessage(112, LogLevel.Error, "An episode of instance '{InstanceId}' could not be run or written; the instance fails")]
    public static partial void EpisodeFailed(ILogger log, Exception exception, string instanceId);

    [LoggerMessage(113, LogLevel.Debug, "A message {Kind} for instance '{InstanceId}' came too late and was dropped")]
    public static partial void Dropped(ILogger log, MessageKind kind, string instanceId);

    [LoggerMessage(114, LogLevel.Warning, "Instance '{InstanceId}' could not be read; its episode is tried again")]
    public static partial void ReadFailed(ILogger log, Exception exception, string instanceId);

    [LoggerMessage(120, LogLevel.Information, "Activity '{Name}' (instance '{InstanceId}', step {Task}) failed")]
    public static partial void ActivityFailed(ILogger log, Exception exception, string name, string instanceId, int task);

    [LoggerMessage(121, LogLevel.Error, "The result of activity '{Name}' (instance '{InstanceId}', step {Task}) could not be written")]
    public static partial void ActivityNotWritten(ILogger log, Exception exception, string name, string instanceId, int task);
}
