namespace Drover.Outcomes;

/// <summary>Why an item failed, once or several times in a row for the same reason.</summary>
/// <param name="Times">In how many passes.</param>
/// <param name="Status">The HTTP status, or 0 when there was no answer.</param>
/// <param name="Code">The upstream's code, or ours where there was no answer.</param>
/// <param name="Message">What was said the last time, cut.</param>
public sealed record Attempt(DateTimeOffset From, DateTimeOffset Until, int Times, int Status, string? Code, string? Message);
