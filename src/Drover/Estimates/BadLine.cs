namespace Drover.Estimates;

/// <summary>A line that would be an error.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Code">What is wrong, for programs.</param>
/// <param name="Message">What is wrong, for people.</param>
public sealed record BadLine(long Line, string Code, string Message);
