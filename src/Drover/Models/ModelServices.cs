using Microsoft.Extensions.DependencyInjection;

namespace Drover.Models;

/// <summary>Registers the catalogue of models and what chooses from it.</summary>
internal static class ModelServices
{
    public static IServiceCollection AddModels(this IServiceCollection services, ModelCatalogue models) =>
        services.AddSingleton(models).AddSingleton<ModelSelector>();
}
