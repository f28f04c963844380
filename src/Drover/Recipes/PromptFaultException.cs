namespace Drover.Recipes;

/// <summary>A prompt or a schema of replies cannot be used; the message says why.</summary>
public sealed class PromptFaultException(string message, Exception? inner = null) : Exception(message, inner);
