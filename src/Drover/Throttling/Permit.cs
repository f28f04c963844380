namespace Drover.Throttling;

/// <summary>Leave to make one call now. Disposing it gives the concurrency slot back; the request it counted stays counted.</summary>
public sealed class Permit : IDisposable
{
    private Throttle? _throttle;

    internal Permit(Throttle throttle, long tokens) => (_throttle, Tokens) = (throttle, tokens);

    /// <summary>The tokens that were counted for the call.</summary>
    internal long Tokens { get; }

    /// <summary>Tells the throttle what the answer says, once for each permit, before it is disposed; later it has no effect.</summary>
    public void Report(CallFeedback feedback) => _throttle?.Learn(this, feedback);

    public void Dispose() => Interlocked.Exchange(ref _throttle, null)?.Release();
}
