using Drover.Functions.Batches;
using Drover.Functions.OpenAI;
using Drover.Functions.Relay;
using Drover.Functions.Retries;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.Functions;

/// <summary>Registers what the functions ask for; both hosts call this.</summary>
public static class FunctionServices
{
    /// <summary>Registers the domain and the functions' own services.</summary>
    /// <param name="openOnLoopback">Whether its own machine may call the OpenAI surface of a host without keys; see
    /// <see cref="AccessRule"/>.</param>
    public static IServiceCollection AddDroverFunctions(
        this IServiceCollection services, DroverSettings settings, bool openOnLoopback = false) =>
        services.AddDrover(settings)
            .AddSingleton(new AccessRule(openOnLoopback))
            .AddSingleton<OpenAiGate>()
            .AddSingleton<StreamAnswers>()
            .AddSingleton<BatchObjects>().AddSingleton<BatchStarter>().AddSingleton<BatchHealth>().AddSingleton<BatchViews>()
            .AddSingleton<BatchAlerts>().AddSingleton<BatchCanceller>().AddSingleton<BatchRetrier>().AddSingleton<RetryDeliveries>();
}
