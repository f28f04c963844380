namespace Drover.Throttling;

/// <summary>What the answer to a call tells the throttle that let it go.</summary>
/// <param name="Status">The HTTP status, or 0 when there was no answer.</param>
public readonly record struct CallFeedback(int Status)
{
    /// <summary>
    /// When the upstream asks to come back, as a delay from now. It holds for the whole upstream when the status is 429 or 503.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The tokens the call used, of prompt and completion together; null when the answer does not say.</summary>
    public long? Tokens { get; init; }

    /// <summary>What the answer's <c>x-ratelimit-*</c> headers say.</summary>
    public RateHeaders Rates { get; init; }
}
