namespace Drover.Simulator.Faults;

/// <summary>What may go wrong with a request; each has its rate in <see cref="SimulatorOptions"/>.</summary>
internal enum Fault
{
    None,
    ServerError,
    Unavailable,
    RateLimited,
    Timeout,
    ResetBefore,
    ResetAfter,
    StreamCut,
    StreamStall,
    StreamSlow,
    Malformed,
    Truncated,
    Fenced,
    Wrapped,
}
