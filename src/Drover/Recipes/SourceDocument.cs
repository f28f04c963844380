namespace Drover.Recipes;

/// <summary>A document that a source brings along.</summary>
/// <param name="Id">What it is cited by.</param>
/// <param name="Title">Its title.</param>
/// <param name="Text">Its text.</param>
public sealed record SourceDocument(string Id, string? Title, string Text);
