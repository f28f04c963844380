namespace Drover.LocalRuntime;

/// <summary>Azurite cannot be installed or started; the message says what is missing.</summary>
public sealed class AzuriteException(string message, Exception? inner = null) : Exception(message, inner);
