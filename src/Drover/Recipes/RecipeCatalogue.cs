using Drover.Models;

namespace Drover.Recipes;

/// <summary>The recipes there are, by name.</summary>
public sealed class RecipeCatalogue
{
    /// <summary>The recipe of a batch that names none.</summary>
    public const string Default = "extract";

    private readonly Dictionary<string, IRecipe> _recipes;
    private readonly Template _repair;

    /// <param name="models">What the models can do.</param>
    /// <param name="more">Those that need more than the source.</param>
    public RecipeCatalogue(Prompts prompts, ModelCatalogue models, IEnumerable<IRecipe> more)
    {
        IRecipe[] own =
            [
                new ExtractRecipe(prompts, models), new ChatRecipe(), new CopyRecipe(prompts, models), new DocumentRecipe(prompts, models),
                new AnswerRecipe(prompts, models)
            ];
        _recipes = own.Concat(more).ToDictionary(r => r.Name, StringComparer.Ordinal);
        _repair = prompts.Text("repair");
    }

    internal RecipeCatalogue(params IEnumerable<IRecipe> more)
        : this(Prompts.BuiltIn, new ModelCatalogue(), more)
    {
    }

    public IEnumerable<string> Names => _recipes.Keys;

    /// <summary>The recipe of that name, or null.</summary>
    public IRecipe? Find(string name) => _recipes.GetValueOrDefault(name);

    /// <summary>What a model is told whose reply will not do.</summary>
    internal string RepairOf(Source source, string fault) => _repair.Fill(source with { Fault = fault });
}
