using Drover.Functions.Batches;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.Functions;

/// <summary>Registers what the functions ask for; both hosts call this.</summary>
public static class FunctionServices
{
    public static IServiceCollection AddDroverFunctions(this IServiceCollection services, IConfiguration configuration) =>
        services.AddDrover(configuration).AddSingleton<BatchStarter>().AddSingleton<BatchViews>().AddSingleton<BatchCanceller>();
}
