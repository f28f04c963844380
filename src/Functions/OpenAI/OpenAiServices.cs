using Drover.Functions.Callers;
using Drover.Functions.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Drover.Functions.OpenAI;

/// <summary>Registers the OpenAI surface and its gate.</summary>
internal static class OpenAiServices
{
    public static IServiceCollection AddOpenAi(this IServiceCollection services, AccessRule rule) =>
        services.AddSingleton(rule).AddSingleton<StrangerGuard>().AddSingleton<OpenAiGate>().AddSingleton<BatchObjects>()
            .AddSingleton<VisibleBatches>().AddSingleton<VisibleFiles>();
}
