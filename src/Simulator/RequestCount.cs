namespace Drover.Simulator;

/// <summary>
/// How often a request was processed, and how often it was admitted at all; its id is its name, or its hash where names are not kept.
/// </summary>
public sealed record RequestCount(string Id, int Processed, int Seen);
