using Microsoft.Extensions.DependencyInjection;

namespace Drover.Estimates;

/// <summary>Registers what estimates the cost of batches.</summary>
internal static class EstimateServices
{
    public static IServiceCollection AddEstimates(this IServiceCollection services) =>
        services.AddSingleton<Estimator>();
}
