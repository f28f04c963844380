namespace Drover.Storage;

/// <summary>An append was refused: another run of the shard writes too, or storage was put back to an earlier state.</summary>
internal sealed class FencedException(string message, Exception inner) : Exception(message, inner);
