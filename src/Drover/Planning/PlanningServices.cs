using Microsoft.Extensions.DependencyInjection;

namespace Drover.Planning;

/// <summary>Registers what cuts an input into shards.</summary>
internal static class PlanningServices
{
    public static IServiceCollection AddPlanning(this IServiceCollection services) =>
        services.AddSingleton<TokenSampler>().AddSingleton<Planner>();
}
