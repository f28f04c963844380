using Drover.Batches;

namespace Drover.Stages;

/// <summary>What a stage that has ended has brought.</summary>
/// <param name="IsLast">No item needs another stage.</param>
/// <param name="IsShort">What earlier stages brought is not in storage any more: they are to be gone through again.</param>
/// <param name="Tally">The counts over all items that have their outcome.</param>
public sealed record StageAdvance(bool IsLast, bool IsShort, Tally Tally);
