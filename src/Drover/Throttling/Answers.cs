namespace Drover.Throttling;

/// <summary>What a process has heard from the upstream since it last told the others.</summary>
/// <param name="Generation">The <see cref="Adaptation.Generation"/> under which the calls were launched.</param>
/// <param name="Passed">The other answers since the last 429, or all when there was none.</param>
internal readonly record struct Answers(int Generation, int Refused, int Passed);
