using Drover.Settings;

namespace Drover.Webhooks;

/// <summary>Who is told when a batch ends. Section <c>Drover:Webhooks</c>.</summary>
public sealed class WebhookOptions : IOptionsSection
{
    /// <summary>
    /// The receiver of <c>batch.completed</c>, <c>batch.failed</c>, <c>batch.expired</c> and <c>batch.cancelled</c>. Empty: nobody.
    /// </summary>
    [Address]
    public string Url { get; set; } = "";

    /// <summary>What the messages are signed with: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
    public string Secret { get; set; } = "";

    /// <inheritdoc/>
    string IOptionsSection.Section => "Drover:Webhooks";

    /// <inheritdoc/>
    IEnumerable<string> IOptionsSection.FaultsBetween()
    {
        if (Url.Length > 0 && !WebhookSignature.IsSecret(Secret))
        {
            yield return "Drover:Webhooks:Secret is not 'whsec_' and 24 to 64 bytes in base64; messages are signed with it.";
        }
    }
}
