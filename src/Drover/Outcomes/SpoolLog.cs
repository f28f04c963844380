using Microsoft.Extensions.Logging;

namespace Drover.Outcomes;

/// <summary>What the way of outcomes to storage logs.</summary>
internal static partial class SpoolLog
{
    [LoggerMessage(1801, LogLevel.Warning, "Storage does not answer ({Error}); outcomes wait and nothing more is launched.")]
    public static partial void StorageAway(ILogger logger, string error);

    [LoggerMessage(
        1803, LogLevel.Warning, "The disk takes no more outcomes (is it full?), so nothing is called; it goes on when there is room.")]
    public static partial void DiskFull(ILogger logger);

    [LoggerMessage(1802, LogLevel.Warning, "An answer could not be spooled (is the disk full?); it goes to storage all the same.")]
    public static partial void SpoolFailed(ILogger logger);
}
