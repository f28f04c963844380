namespace Drover.Throttling;

/// <summary>Leave to make one call now. Disposing it gives the concurrency slot back; the request it counted stays counted.</summary>
public sealed class Permit : IDisposable
{
    private Throttle? _throttle;

    internal Permit(Throttle throttle, long estimate, long tokens, LaunchMark launched) =>
        (_throttle, Estimate, Tokens, Launched) = (throttle, estimate, tokens, launched);

    /// <summary>The caller's estimate of the call's tokens.</summary>
    internal long Estimate { get; }

    /// <summary>The tokens that were counted for it.</summary>
    internal long Tokens { get; }

    /// <summary>What was so when it was launched.</summary>
    internal LaunchMark Launched { get; }

    /// <summary>Tells the throttle what the answer says, once for each permit, before it is disposed; later it has no effect.</summary>
    public void Report(CallFeedback feedback) => _throttle?.Learn(this, feedback);

    public void Dispose() => Interlocked.Exchange(ref _throttle, null)?.Release(this);
}
