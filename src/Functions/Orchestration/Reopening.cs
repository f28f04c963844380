namespace Drover.Functions.Orchestration;

/// <summary>What a batch is to be reopened for: the input of <see cref="ReopenBatch"/>.</summary>
/// <param name="Codes">The codes of the errors to take back; none: all.</param>
public sealed record Reopening(string BatchId, IReadOnlyList<string> Codes);
