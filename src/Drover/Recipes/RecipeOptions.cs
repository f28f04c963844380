using Drover.Settings;

namespace Drover.Recipes;

/// <summary>How recipes ask. Section <c>Drover:Recipes</c>.</summary>
public sealed class RecipeOptions : IOptionsSection
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
    [Between(LeastPart, 10_000_000, OrZero = true)]
    public int PartTokens { get; set; }

    /// <summary>
    /// The most tokens of a reply, those of the model's reasoning among them; 0: as each recipe needs as a rule (<c>extract</c> 500,
    /// <c>vision</c> 800 to 4,000, <c>document</c> and <c>answer</c> 1,500, <c>copy</c> 4,000).
    /// </summary>
    [Between(16, 10_000_000, OrZero = true)]
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

    /// <inheritdoc/>
    string IOptionsSection.Section => "Drover:Recipes";

    /// <inheritdoc/>
    IEnumerable<string> IOptionsSection.FaultsBetween() => Recipes.Prompts.Faults("Drover:Recipes:Prompts", Prompts);
}
