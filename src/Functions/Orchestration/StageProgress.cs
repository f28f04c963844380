namespace Drover.Functions.Orchestration;

/// <summary>How the stage stands that a batch is at.</summary>
/// <param name="Number">Which one, from 1. How many there will be, nobody knows before the last.</param>
/// <param name="Done">Those that have their outcome.</param>
public sealed record StageProgress(int Number, long Requests, long Done);
