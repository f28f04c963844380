using Microsoft.Extensions.DependencyInjection;

namespace Drover.Batches;

/// <summary>Registers what keeps the records of batches.</summary>
internal static class BatchServices
{
    public static IServiceCollection AddBatches(this IServiceCollection services, BatchOptions options) =>
        services.AddSingleton(options).AddSingleton<BatchStore>().AddSingleton<BatchOwnership>();
}
