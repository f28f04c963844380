namespace Drover.Throttling;

/// <summary>A limit that the upstream's headers state.</summary>
/// <param name="At">When it was last stated.</param>
internal sealed record LearnedLimit(long PerMinute, DateTimeOffset At)
{
    // Models may have limits of their own: the lowest that has been stated within a minute counts.
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(1);

    public static LearnedLimit? Merge(LearnedLimit? known, long? stated, DateTimeOffset now) =>
        stated is not { } limit ? known
        : known is null || limit <= known.PerMinute || now - known.At > Lasts ? new LearnedLimit(limit, now)
        : known;
}
