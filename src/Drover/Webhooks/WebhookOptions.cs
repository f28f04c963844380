namespace Drover.Webhooks;

/// <summary>Who is told when a batch ends. Section <c>Drover:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// The receiver of <c>batch.completed</c>, <c>batch.failed</c>, <c>batch.expired</c> and <c>batch.cancelled</c>. Empty: nobody.
    /// </summary>
    public string Url { get; set; } = "";

    /// <summary>What the messages are signed with: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
    public string Secret { get; set; } = "";

    /// <summary>The rules that these settings break, each with the setting's name and the rule.</summary>
    public IEnumerable<string> Faults()
    {
        if (Url.Length > 0 && (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")))
        {
            yield return $"Drover:Webhooks:Url is '{Url}'; it must be an http or https address.";
        }

        if (Url.Length > 0 && !WebhookSignature.IsSecret(Secret))
        {
            yield return "Drover:Webhooks:Secret is not 'whsec_' and 24 to 64 bytes in base64; messages are signed with it.";
        }
    }
}
