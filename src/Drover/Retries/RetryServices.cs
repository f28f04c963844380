using Microsoft.Extensions.DependencyInjection;

namespace Drover.Retries;

/// <summary>Registers what tries items again and reopens batches.</summary>
internal static class RetryServices
{
    public static IServiceCollection AddRetries(this IServiceCollection services) =>
        services.AddSingleton<TicketClaims>().AddSingleton<RetryRunner>().AddSingleton<Reopener>();
}
