using Drover.Functions.Batches;
using Drover.Functions.OpenAI;
using Drover.Functions.Relay;
using Drover.Functions.Retries;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.Functions;

/// <summary>Registers what the functions ask for; both hosts call this.</summary>
public static class FunctionServices
{
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's settings.</param>
    /// <param name="openOnLoopback">Whether its own machine may call the OpenAI surface of a host without keys; see
    /// <see cref="AccessRule"/>.</param>
    public static IServiceCollection AddDroverFunctions(
        this IServiceCollection services, IConfiguration configuration, bool openOnLoopback = false) =>
        services.AddDrover(configuration)
            .AddSingleton(new AccessRule(openOnLoopback))
            .AddSingleton<OpenAiGate>()
            .AddSingleton<StreamAnswers>()
            .AddSingleton<BatchObjects>().AddSingleton<BatchStarter>().AddSingleton<BatchHealth>().AddSingleton<BatchViews>()
            .AddSingleton<BatchAlerts>().AddSingleton<BatchCanceller>().AddSingleton<BatchRetrier>().AddSingleton<RetryDeliveries>();
}
