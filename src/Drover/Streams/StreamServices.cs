using Microsoft.Extensions.DependencyInjection;

namespace Drover.Streams;

/// <summary>Registers what keeps streams and continues them.</summary>
internal static class StreamServices
{
    public static IServiceCollection AddStreams(this IServiceCollection services, StreamOptions options) =>
        services.AddSingleton(options).AddSingleton<StreamHub>().AddHostedService(provider => provider.GetRequiredService<StreamHub>());
}
