namespace Drover.Batches;

/// <summary>A line of a batch's input that is no item, as its error line tells.</summary>
public sealed record InvalidLine(InvalidLineError Error);

/// <param name="Code">One of the Batch API's codes.</param>
/// <param name="Message">The rule that it breaks.</param>
/// <param name="Line">Its number, from 1.</param>
public sealed record InvalidLineError(string Code, string Message, long Line);
