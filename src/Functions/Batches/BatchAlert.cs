namespace Drover.Functions.Batches;

/// <summary>An alert that begins or ends.</summary>
/// <param name="Id">Which: <c>budget/SCOPE/PERIOD/PERCENT</c>, <c>circuit/UPSTREAM</c>, <c>key/UPSTREAM/NUMBER</c>, <c>storage</c>.</param>
/// <param name="State"><c>begun</c> or <c>ended</c>.</param>
/// <param name="Message">One sentence; null at its end.</param>
internal sealed record BatchAlert(string Id, string State, string? Message);
