namespace Drover.Batches;

/// <summary>
/// Storage does not hold of a batch what it should: records are missing or contradict each other. Another try would find the
/// same, so the batch cannot go on.
/// </summary>
public sealed class BrokenBatchException(string message, Exception? inner = null) : Exception(message, inner);
