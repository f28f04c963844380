namespace Drover.Access;

/// <summary>Why a request is refused.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">For programs.</param>
/// <param name="Message">What is wrong and what to set.</param>
public readonly record struct Refusal(int Status, string Code, string Message);
