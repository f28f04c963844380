using Microsoft.Extensions.DependencyInjection;

namespace Drover.Stages;

/// <summary>Registers what makes batches of the stages of a recipe.</summary>
internal static class StageServices
{
    public static IServiceCollection AddStages(this IServiceCollection services) =>
        services.AddSingleton<StageFiles>().AddSingleton<StagePlanner>().AddSingleton<StageRunner>();
}
