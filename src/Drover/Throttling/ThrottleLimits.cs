namespace Drover.Throttling;

/// <summary>What an upstream allows, all processes together.</summary>
public sealed record ThrottleLimits
{
    /// <summary>The most calls at once, at least 1.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>The most requests per minute; 0 for no limit.</summary>
    public int RequestsPerMinute { get; init; }

    /// <summary>The most tokens per minute, of prompts and completions together; 0 for no limit.</summary>
    public long TokensPerMinute { get; init; }

    /// <summary>The least time between the starts of two calls; zero for none.</summary>
    public TimeSpan MinimumSpacing { get; init; }
}
