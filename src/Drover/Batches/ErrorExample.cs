namespace Drover.Batches;

/// <summary>One of the errors of a group.</summary>
/// <param name="Id">The item; of a line that is none: <c>line 7</c>.</param>
/// <param name="Message">The error's words, or their beginning.</param>
public sealed record ErrorExample(string Id, string Message);
