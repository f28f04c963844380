using Microsoft.Extensions.DependencyInjection;

namespace Drover.Recipes;

/// <summary>Registers the recipes and their prompts.</summary>
internal static class RecipeServices
{
    public static IServiceCollection AddRecipes(this IServiceCollection services, RecipeOptions options) =>
        services.AddSingleton(options).AddSingleton(new Prompts(options.Prompts, options.MaxOutputTokens)).AddSingleton<ContextRoom>()
            .AddSingleton<RecipeCatalogue>().AddSingleton<IRecipe, VisionRecipe>();
}
