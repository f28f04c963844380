using Microsoft.Extensions.Logging;

namespace Drover.Images;

/// <summary>What the loading and shrinking of images logs.</summary>
internal static partial class ImageLog
{
    [LoggerMessage(1401, LogLevel.Warning,
        "There is no libvips for this platform, neither beside the program nor the system's: large images are sent as they are.")]
    public static partial void NoLibrary(ILogger logger);
}
