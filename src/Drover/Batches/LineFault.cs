namespace Drover.Batches;

/// <summary>Why a line of the input is no item.</summary>
/// <param name="Code">One of the Batch API's codes, such as <c>invalid_json_line</c>.</param>
/// <param name="Message">The rule that it breaks, and the value that breaks it.</param>
/// <param name="ItemId">The id that the line gives, if it can be read.</param>
public sealed record LineFault(string Code, string Message, string? ItemId = null);
