namespace Drover.Recipes;

/// <summary>A document that a source brings along.</summary>
/// <param name="Id">What it is cited by.</param>
public sealed record SourceDocument(string Id, string? Title, string Text);
