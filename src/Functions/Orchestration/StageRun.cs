namespace Drover.Functions.Orchestration;

/// <summary>A stage that has ended: the input of <see cref="AdvanceStage"/>.</summary>
/// <param name="Stage">The stage, from 1.</param>
/// <param name="Closing">Why the batch is being closed early (<c>cancelled</c>, <c>expired</c>), or null.</param>
public sealed record StageRun(string BatchId, int Stage, string? Closing);
