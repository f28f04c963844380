using Drover.Recipes;

namespace Drover.Planning;

/// <summary>Learns, while an input is planned, by how much the rule for tokens is out for it (<c>TextTokens</c>).</summary>
public sealed class TokenSampler(RecipeCatalogue recipes)
{
    /// <summary>Begins a sample.</summary>
    /// <param name="recipe">The recipe of the batch, which writes the requests for its sources.</param>
    /// <param name="length">The length of the input, in bytes.</param>
    internal TokenSample Begin(string recipe, long length) => new(recipes.Find(recipe), length);
}
