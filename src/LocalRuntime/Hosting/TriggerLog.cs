using Microsoft.Extensions.Logging;

namespace Drover.LocalRuntime;

/// <summary>What the triggers and the hosting log. Never a payload, never a key.</summary>
internal static partial class TriggerLog
{
    [LoggerMessage(200, LogLevel.Error, "Function '{Function}' failed.")]
    public static partial void FunctionFailed(ILogger logger, Exception exception, string function);

    [LoggerMessage(201, LogLevel.Information, "Function '{Function}' ended with {Exception} after its client had gone.")]
    public static partial void ClientGone(ILogger logger, string function, string exception);

    [LoggerMessage(202, LogLevel.Information, "Function '{Function}' was sent a bad request: {Status}.")]
    public static partial void BadRequest(ILogger logger, string function, int status);

    [LoggerMessage(203, LogLevel.Information, "{Count} functions: {Names}")]
    public static partial void Found(ILogger logger, int count, string names);

    [LoggerMessage(204, LogLevel.Error, "The listener of {Listener} failed; it starts again in {Seconds} s.")]
    public static partial void ListenerFailed(ILogger logger, Exception exception, string listener, double seconds);

    [LoggerMessage(205, LogLevel.Critical, "The durable engine cannot go on, so the host stops.")]
    public static partial void EngineFailed(ILogger logger, Exception exception);

    [LoggerMessage(210, LogLevel.Warning, "{What} cannot be reached; trying again until it can: {Reason}")]
    public static partial void StorageLost(ILogger logger, string what, string reason);

    [LoggerMessage(211, LogLevel.Information, "{What} can be reached again.")]
    public static partial void StorageBack(ILogger logger, string what);

    [LoggerMessage(212, LogLevel.Warning, "Message {Id} of queue '{Queue}' could not be {Step}; it becomes visible again by itself: {Reason}")]
    public static partial void MessageNotSettled(ILogger logger, string id, string queue, string step, string reason);

    [LoggerMessage(213, LogLevel.Warning, "Message {Id} of queue '{Queue}' failed {Count} times and goes to '{Poison}'.")]
    public static partial void MessagePoisoned(ILogger logger, string id, string queue, long count, string poison);

    [LoggerMessage(214, LogLevel.Warning, "Message {Id} of queue '{Queue}' failed at try {Count} of {Most}.")]
    public static partial void MessageFailed(ILogger logger, Exception exception, string id, string queue, long count, int most);

    [LoggerMessage(215, LogLevel.Warning, "Message {Id} of queue '{Queue}' is not in the encoding of host.json and goes to '{Poison}'.")]
    public static partial void MessageUnreadable(ILogger logger, string id, string queue, string poison);

    [LoggerMessage(220, LogLevel.Debug, "Blob '{Blob}' has changed or gone since function '{Function}' was due for it.")]
    public static partial void BlobVersionGone(ILogger logger, string blob, string function);

    [LoggerMessage(221, LogLevel.Debug, "Function '{Function}' is due for a new version of blob '{Blob}'.")]
    public static partial void BlobFound(ILogger logger, string function, string blob);

    [LoggerMessage(222, LogLevel.Trace, "Listed container '{Container}': functions became due {Count} times.")]
    public static partial void ContainerListed(ILogger logger, string container, int count);

    [LoggerMessage(230, LogLevel.Warning, "The times of timer '{Function}' could not be {Step}: {Reason}")]
    public static partial void TimerStatusLost(ILogger logger, string function, string step, string reason);

    [LoggerMessage(240, LogLevel.Warning, "The durable history of an earlier version was moved to '{Path}'; {Count} orchestrations that had not ended begin again.")]
    public static partial void EarlierHistoryTaken(ILogger logger, string path, int count);
}
