namespace Drover.Throttling;

/// <summary>One limit as an answer's headers state it.</summary>
/// <param name="Limit">How many are allowed in the limit's period.</param>
/// <param name="Remaining">How many of them are left.</param>
/// <param name="Reset">The time until all of them are there again.</param>
public readonly record struct RateHeader(long Limit, long Remaining, TimeSpan Reset)
{
    private static readonly TimeSpan LongestMinute = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The limit, if it is one per minute; null if it is one per day, or if so little of it is used that it cannot be told.
    /// </summary>
    /// <remarks>
    /// What is used comes back in <see cref="Reset"/>, so all of it would in <c>Reset · Limit / (Limit − Remaining)</c>: that
    /// is the period. Upstreams whose bucket is smaller than a minute of the rate make it seem shorter, never longer.
    /// </remarks>
    public long? PerMinute =>
        Limit > 0 && Remaining < Limit && Reset > TimeSpan.Zero
            && Reset * ((double)Limit / (Limit - Math.Max(0, Remaining))) <= LongestMinute
            ? Limit
            : null;
}
