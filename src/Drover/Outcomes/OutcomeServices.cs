using Microsoft.Extensions.DependencyInjection;

namespace Drover.Outcomes;

/// <summary>Registers what reads outcomes.</summary>
internal static class OutcomeServices
{
    public static IServiceCollection AddOutcomes(this IServiceCollection services) =>
        services.AddSingleton<OutcomeFiles>().AddSingleton<OutcomeFeed>();
}
