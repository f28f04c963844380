using Microsoft.Extensions.Logging;

namespace Drover.Webhooks;

/// <summary>What webhooks log.</summary>
internal static partial class WebhookLog
{
    [LoggerMessage(1201, LogLevel.Debug, "Webhook {Id} was not taken: {Reason}.")]
    public static partial void Refused(ILogger logger, string id, string reason);
}
