using Microsoft.Extensions.Logging;

namespace Drover.Uploads;

/// <summary>What uploaded images log.</summary>
internal static partial class UploadLog
{
    [LoggerMessage(2201, LogLevel.Warning,
        "The container '{Container}' cannot be created ({Status} {Code}): uploaded images are analysed once somebody creates it.")]
    public static partial void ContainerNotCreated(ILogger logger, string container, int status, string? code);
}
