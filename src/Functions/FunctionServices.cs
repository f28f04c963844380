using Drover.Functions.Batches;
using Drover.Functions.Http;
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
            .AddBatchFunctions()
            .AddRetryFunctions()
            .AddRelay()
            .AddOpenAi(new AccessRule(openOnLoopback));
}
