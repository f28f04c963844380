namespace Drover.Models;

/// <summary>Why there is no model for a job.</summary>
/// <param name="Code">In the words of the OpenAI API, where it has one.</param>
public sealed record ModelFault(string Code, string Message);
