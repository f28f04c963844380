using Drover.Throttling;

namespace Drover.Upstreams;

/// <summary>
/// What a call came to. It still counts as under way, and holds its permit, until it is disposed: when what it says is safe.
/// </summary>
/// <param name="Attempts">How many requests were sent for it.</param>
/// <param name="Permit">The permit of the last request; null when none is held.</param>
public readonly record struct Answer(CallResult Result, int Attempts, Permit? Permit) : IDisposable
{
    public void Dispose() => Permit?.Dispose();
}
