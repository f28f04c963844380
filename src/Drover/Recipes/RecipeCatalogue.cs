namespace Drover.Recipes;

/// <summary>The recipes there are, by name.</summary>
/// <param name="more">Those that need more than the source.</param>
public sealed class RecipeCatalogue(params IEnumerable<IRecipe> more)
{
    /// <summary>The recipe of a batch that names none.</summary>
    public const string Default = "extract";

    private readonly Dictionary<string, IRecipe> _recipes =
        more.Prepend(new ExtractRecipe()).ToDictionary(r => r.Name, StringComparer.Ordinal);

    public IEnumerable<string> Names => _recipes.Keys;

    /// <summary>The recipe of that name, or null.</summary>
    public IRecipe? Find(string name) => _recipes.GetValueOrDefault(name);
}
