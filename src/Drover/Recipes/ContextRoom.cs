using Drover.Models;

namespace Drover.Recipes;

/// <summary>How much room the contexts of models leave for a source.</summary>
public sealed class ContextRoom(RecipeOptions options, ModelCatalogue models)
{
    /// <summary>The most tokens of a source that one request to the model may hold.</summary>
    public int Of(string? model) => options.RoomOf(models.Find(model)?.ContextTokens);
}
