using Microsoft.Extensions.DependencyInjection;

namespace Drover.Webhooks;

/// <summary>Registers what sends webhooks.</summary>
internal static class WebhookServices
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services, WebhookOptions options) =>
        services.AddSingleton(options).AddSingleton<WebhookSender>();
}
