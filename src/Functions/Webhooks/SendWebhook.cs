using System.Text.Json;
using Drover.Webhooks;

namespace Drover.Functions.Webhooks;

/// <summary>Activity: sends one event to the receiver that the settings name.</summary>
public sealed class SendWebhook(WebhookSender sender, WebhookOptions options)
{
    [Function(nameof(SendWebhook))]
    public async Task RunAsync([ActivityTrigger] BatchEvent batchEvent, CancellationToken cancellationToken)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(batchEvent, WebhookJson.Default.BatchEvent);
        if (options.Url.Length > 0
            && !await sender.SendAsync(new Uri(options.Url), options.Secret, batchEvent.Id, payload, cancellationToken))
        {
            throw new HttpRequestException($"The receiver of webhooks did not take '{batchEvent.Type}' of batch '{batchEvent.Data.Id}'.");
        }
    }
}
