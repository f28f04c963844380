using Microsoft.Extensions.DependencyInjection;

namespace Drover.Functions.Relay;

/// <summary>Registers what answers with streams.</summary>
internal static class RelayServices
{
    public static IServiceCollection AddRelay(this IServiceCollection services) =>
        services.AddSingleton<StreamAnswers>();
}
