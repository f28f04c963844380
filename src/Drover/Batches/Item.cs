namespace Drover.Batches;

/// <summary>One line of the input that is an item.</summary>
/// <param name="Id">The caller's id: <c>custom_id</c> of a request line, <c>id</c> of a source.</param>
/// <param name="Priority">0 to 9; higher goes first.</param>
/// <param name="Url">The route of a request line; null for a source.</param>
/// <param name="Body">The request's JSON of a request line; the whole line of a source.</param>
public readonly record struct Item(string Id, int Priority, string? Url, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether a recipe must turn it into a request.</summary>
    public bool IsSource => Url is null;
}
