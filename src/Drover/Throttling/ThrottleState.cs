namespace Drover.Throttling;

/// <summary>How a throttle stands, for display.</summary>
/// <param name="Limits">What is configured.</param>
public sealed record ThrottleState(ThrottleLimits Limits)
{
    /// <summary>The calls of this process that are under way.</summary>
    public int InFlight { get; init; }

    /// <summary>How many of the calls at once are this process's now.</summary>
    public int Share { get; init; }

    /// <summary>The processes that share the upstream, this one included.</summary>
    public int Processes { get; init; } = 1;

    /// <summary>The requests per minute that all processes together keep to now; null for no limit.</summary>
    public double? RequestsPerMinute { get; init; }

    /// <summary>The tokens per minute that all processes together keep to now; null for no limit.</summary>
    public double? TokensPerMinute { get; init; }

    /// <summary>To what part of the configured rate the upstream's refusals have brought it; 1 when they have not.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Until when nothing is granted because the upstream asked for it; null when it does not.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>Why nothing is granted though the limits would allow it, in one sentence; null when all is well.</summary>
    public string? Trouble { get; init; }
}
