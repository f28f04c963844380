using Microsoft.Extensions.DependencyInjection;

namespace Drover.Calls;

/// <summary>Registers what makes calls and what keeps their answers.</summary>
internal static class CallServices
{
    public static IServiceCollection AddCalls(this IServiceCollection services, CacheOptions options) =>
        services.AddSingleton(options).AddSingleton<AnswerCache>().AddSingleton<ModelCaller>();
}
