using Microsoft.Extensions.Logging;

namespace Drover.Upstreams;

/// <summary>What upstreams log.</summary>
internal static partial class UpstreamLog
{
    [LoggerMessage(1501, LogLevel.Warning, "The upstream '{Upstream}' does not answer: nothing is sent for {Seconds:0.#} s.")]
    public static partial void CircuitOpened(ILogger logger, string upstream, double seconds);

    [LoggerMessage(1502, LogLevel.Information, "The upstream '{Upstream}' answers again.")]
    public static partial void CircuitClosed(ILogger logger, string upstream);

    [LoggerMessage(1503, LogLevel.Warning,
        "Key {Number} of the upstream '{Upstream}' is out: refused {Errors} times without a result in between, last with {Status} {Code}.")]
    public static partial void KeyIsOut(ILogger logger, int number, string upstream, int errors, int status, string? code);

    [LoggerMessage(1504, LogLevel.Information, "The upstream '{Upstream}' has no /v1/responses: its requests are put as chat completions.")]
    public static partial void NoResponses(ILogger logger, string upstream);
}
