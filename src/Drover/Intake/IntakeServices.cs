using Microsoft.Extensions.DependencyInjection;

namespace Drover.Intake;

/// <summary>Registers what checks new batches and stores them.</summary>
internal static class IntakeServices
{
    public static IServiceCollection AddIntake(this IServiceCollection services) =>
        services.AddSingleton<BatchIntake>();
}
