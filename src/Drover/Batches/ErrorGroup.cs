namespace Drover.Batches;

/// <summary>The errors of a batch that have one code.</summary>
/// <param name="Code">Of the error, or the API's own; without one the HTTP status. <see cref="Others"/>: of all further codes.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Examples">A few of them.</param>
public sealed record ErrorGroup(string Code, long Count, IReadOnlyList<ErrorExample> Examples)
{
    /// <summary>Stands for all codes beyond those that are told apart.</summary>
    public const string Others = "others";
}
