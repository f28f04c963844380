using Microsoft.Extensions.Logging;

namespace Drover.Throttling;

/// <summary>What throttles log.</summary>
internal static partial class ThrottlingLog
{
    [LoggerMessage(1101, LogLevel.Warning, "The shared limits cannot be leased; nothing is launched beyond the last lease: {Reason}")]
    public static partial void LedgerIsAway(ILogger logger, string reason);

    [LoggerMessage(1102, LogLevel.Information, "The shared limits can be leased again.")]
    public static partial void LedgerIsBack(ILogger logger);
}
