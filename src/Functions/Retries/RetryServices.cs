using Microsoft.Extensions.DependencyInjection;

namespace Drover.Functions.Retries;

/// <summary>Registers what the retry queue delivers to.</summary>
internal static class RetryServices
{
    public static IServiceCollection AddRetryFunctions(this IServiceCollection services) =>
        services.AddSingleton<RetryDeliveries>();
}
