namespace Drover.Models;

/// <summary>What a job needs of a model.</summary>
/// <param name="Tokens">The room in its context, for prompt and answer.</param>
/// <param name="Vision">Whether there is an image to look at.</param>
public readonly record struct ModelNeeds(long Tokens, bool Vision = false);
