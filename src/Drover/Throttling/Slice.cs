namespace Drover.Throttling;

/// <summary>Units (requests, tokens) of an evenly spaced schedule, handed to one process.</summary>
/// <param name="Begins">When its first unit may go, in ticks of the shared clock.</param>
/// <param name="Ends">When its last unit is over, and with it the slice.</param>
/// <param name="Stride">The ticks from one unit to the next.</param>
internal readonly record struct Slice(long Begins, long Ends, double Stride);
