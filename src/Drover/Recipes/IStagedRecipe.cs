namespace Drover.Recipes;

/// <summary>
/// A recipe that takes several requests for one source, in stages: those of a stage go out together, and what they bring decides what the
/// next one asks.
/// </summary>
/// <remarks>
/// A request of a stage is a source too, a step; its <see cref="Source.Task"/> tells the recipe what to ask. The same replies bring
/// the same steps each time. How a batch goes through stages: <c>docs/decisions/0009-stages.md</c>.
/// </remarks>
public interface IStagedRecipe : IRecipe
{
    /// <summary>The steps of a source's first stage.</summary>
    /// <param name="room">So many tokens of text are as many as one request may hold.</param>
    /// <param name="fault">Why there are none.</param>
    IReadOnlyList<Source> Begin(Source source, int room, out string? fault);

    /// <summary>What follows once every step of a stage has its reply.</summary>
    /// <param name="replies">The steps in their order, with their data; one at the least.</param>
    /// <param name="room">As for <see cref="Begin"/>.</param>
    StageEnd Next(IReadOnlyList<StepReply> replies, int room);
}
