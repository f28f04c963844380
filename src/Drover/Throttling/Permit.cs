namespace Drover.Throttling;

/// <summary>Leave to make one call now. Disposing it gives the concurrency slot back; the request it counted stays counted.</summary>
public sealed class Permit : IDisposable
{
    private Throttle? _throttle;

    internal Permit(Throttle throttle) => _throttle = throttle;

    public void Dispose() => Interlocked.Exchange(ref _throttle, null)?.Release();
}
