using Microsoft.Extensions.Logging;

namespace Drover.Functions.OpenAI;

internal static partial class OpenAiLog
{
    [LoggerMessage(3001, LogLevel.Error, "Storage failed a {Method} under /v1 (request {RequestId}).")]
    public static partial void StorageFailed(ILogger logger, Exception exception, string method, string requestId);

    [LoggerMessage(3002, LogLevel.Information, "Removed the content of {Count} files that were deleted or have expired.")]
    public static partial void Purged(ILogger logger, int count);
}
