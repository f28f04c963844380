using Microsoft.Extensions.DependencyInjection;

namespace Drover.Functions.Batches;

/// <summary>Registers what starts, shows, cancels and retries batches.</summary>
internal static class BatchServices
{
    public static IServiceCollection AddBatchFunctions(this IServiceCollection services) =>
        services.AddSingleton<BatchStarter>().AddSingleton<BatchHealth>().AddSingleton<BatchViews>().AddSingleton<BatchAlerts>()
            .AddSingleton<BatchCanceller>().AddSingleton<BatchRetrier>();
}
