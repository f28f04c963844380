using Microsoft.Extensions.Logging;

namespace Drover.Streams;

/// <summary>What streams log.</summary>
internal static partial class StreamLog
{
    [LoggerMessage(2001, LogLevel.Information, "Stream {StreamId} broke ({Reason}); try {Try} of {Tries} in {Seconds:0.#} s.")]
    public static partial void Broken(ILogger logger, string streamId, string reason, int @try, int tries, double seconds);

    [LoggerMessage(2002, LogLevel.Debug, "Stream {StreamId} ended: {How}, after {Reconnections} reconnections; {Skipped} events could not be read and were left out.")]
    public static partial void Ended(ILogger logger, string streamId, string how, int reconnections, int skipped);

    [LoggerMessage(2003, LogLevel.Warning, "Stream {StreamId} was taken by another process; this one lets it go.")]
    public static partial void Fenced(ILogger logger, string streamId);

    [LoggerMessage(2004, LogLevel.Information, "Stream {StreamId} was left unfinished by a process that is gone; it is continued here.")]
    public static partial void TakenOver(ILogger logger, string streamId);

    [LoggerMessage(2005, LogLevel.Warning, "Storage does not take what streams write ({Error}); they go on and are stored later.")]
    public static partial void StorageAway(ILogger logger, string error);

    [LoggerMessage(2006, LogLevel.Warning, "A stream could not be spooled ({Error}); a kill may cost its last 100 ms.")]
    public static partial void SpoolFailed(ILogger logger, string error);

    [LoggerMessage(2007, LogLevel.Error, "Stream {StreamId} failed.")]
    public static partial void Failed(ILogger logger, Exception exception, string streamId);

    [LoggerMessage(2008, LogLevel.Information, "{Count} streams have expired.")]
    public static partial void Expired(ILogger logger, int count);
}
