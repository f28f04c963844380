namespace Drover.Throttling;

/// <summary>Leave to make one call now. Disposing it gives the concurrency slot back; the request it counted stays counted.</summary>
public sealed class Permit : IDisposable
{
    private Throttle? _throttle;

    internal Permit(Throttle throttle, long estimate, long tokens, int generation) =>
        (_throttle, Estimate, Tokens, Generation) = (throttle, estimate, tokens, generation);

    /// <summary>The caller's estimate of the call's tokens.</summary>
    internal long Estimate { get; }

    /// <summary>The tokens that were counted for it.</summary>
    internal long Tokens { get; }

    /// <summary>The <see cref="Adaptation.Generation"/> under which it was launched.</summary>
    internal int Generation { get; }

    /// <summary>Tells the throttle what the answer says, once for each permit, before it is disposed; later it has no effect.</summary>
    public void Report(CallFeedback feedback) => _throttle?.Learn(this, feedback);

    public void Dispose() => Interlocked.Exchange(ref _throttle, null)?.Release();
}
