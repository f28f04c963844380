namespace Drover.Recipes;

/// <summary>How recipes ask. Section <c>Drover:Recipes</c>.</summary>
public sealed class RecipeOptions
{
    /// <summary>A folder with prompts and schemas that take the place of those of the same names in <c>Recipes/Prompts</c>; empty: none.</summary>
    public string Prompts { get; set; } = "";

    /// <summary>Whether a reply that will not do is asked for once more, with the fault, in batches that do not say.</summary>
    public bool Repair { get; set; }

    /// <summary>The rules that these settings break, each with the setting's name, its value and the rule.</summary>
    public IEnumerable<string> Faults() => Recipes.Prompts.Faults("Drover:Recipes:Prompts", Prompts);
}
