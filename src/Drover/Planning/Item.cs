using Drover.Models;

namespace Drover.Planning;

/// <summary>One line of the input that is an item.</summary>
/// <param name="Id">The caller's id: <c>custom_id</c> of a request line, <c>id</c> of a source.</param>
/// <param name="Priority">0 to 9; higher goes first.</param>
/// <param name="Url">The route of a request line; null for a source.</param>
/// <param name="Body">The request's JSON of a request line; the whole line of a source.</param>
public readonly record struct Item(string Id, int Priority, string? Url, ReadOnlyMemory<byte> Body)
{
    private const int BytesOfToken = 3;
    private const int TokensOfRecipe = 4_000;

    /// <summary>What it says of its model: the body's of a request line, its own members of a source.</summary>
    public ModelWish Wish { get; init; }

    /// <summary>How many bytes of the line are a source's <c>image</c>; 0: it has none.</summary>
    public int ImageBytes { get; init; }

    /// <summary>Whether a recipe must turn it into a request.</summary>
    public bool IsSource => Url is null;

    /// <summary>What a source needs of a model, with room for the recipe's prompt and the answer.</summary>
    public ModelNeeds Needs => new((Body.Length - ImageBytes) / BytesOfToken + TokensOfRecipe, ImageBytes > 0);
}
