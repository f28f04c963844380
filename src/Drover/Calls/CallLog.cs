using Microsoft.Extensions.Logging;

namespace Drover.Calls;

/// <summary>What calls log.</summary>
internal static partial class CallLog
{
    [LoggerMessage(1701, LogLevel.Information,
        "The model '{Model}' of the upstream '{Upstream}' refuses requests as recipes write them; from now on they are written with {Learnt}.")]
    public static partial void Adapted(ILogger logger, string upstream, string? model, string learnt);
}
