namespace Drover.Recipes;

/// <summary>How recipes ask. Section <c>Drover:Recipes</c>.</summary>
public sealed class RecipeOptions
{
    private const int UnknownContext = 16_384;
    private const int PromptAndAnswer = 3_000;
    private const int LeastPart = 200;

    /// <summary>
    /// A folder with prompts and schemas that take the place of those of the same names in <c>Recipes/Prompts</c>; empty: none.
    /// </summary>
    public string Prompts { get; set; } = "";

    /// <summary>Whether a reply that will not do is asked for once more, with the fault, in batches that do not say.</summary>
    public bool Repair { get; set; }

    /// <summary>
    /// The most tokens of text in one request of a recipe that splits texts; 0: as many as the model's context has room for.
    /// </summary>
    public int PartTokens { get; set; }

    /// <summary>
    /// The most tokens of a reply, those of the model's reasoning among them; 0: as each recipe needs as a rule (<c>extract</c> 500,
    /// <c>vision</c> 800 to 4,000, <c>document</c> and <c>answer</c> 1,500, <c>copy</c> 4,000).
    /// </summary>
    public int MaxOutputTokens { get; set; }

    /// <summary>How many tokens of text one request may hold.</summary>
    /// <remarks>
    /// Three quarters of the context, since tokens are estimated, less what prompt and answer take; at the least a quarter.
    /// </remarks>
    /// <param name="contextTokens">The model's context; null: not known.</param>
    internal int RoomOf(int? contextTokens)
    {
        var context = contextTokens ?? UnknownContext;
        var room = Math.Max((context / 4 * 3) - PromptAndAnswer, context / 4);
        return PartTokens > 0 ? Math.Min(PartTokens, room) : room;
    }

    /// <summary>The rules that these settings break, each with the setting's name, its value and the rule.</summary>
    public IEnumerable<string> Faults()
    {
        if (PartTokens is not 0 and (< LeastPart or > 10_000_000))
        {
            yield return FormattableString.Invariant(
                $"Drover:Recipes:PartTokens is {PartTokens}; it must be from {LeastPart} to 10,000,000, or 0.");
        }

        if (MaxOutputTokens is not 0 and (< 16 or > 10_000_000))
        {
            yield return FormattableString.Invariant(
                $"Drover:Recipes:MaxOutputTokens is {MaxOutputTokens}; it must be from 16 to 10,000,000, or 0.");
        }

        foreach (var fault in Recipes.Prompts.Faults("Drover:Recipes:Prompts", Prompts))
        {
            yield return fault;
        }
    }
}
