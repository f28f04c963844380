namespace Drover.Throttling.Pacing;

/// <summary>
/// What an upstream's headers say is left of a limit at this moment: calls that somebody waits for may use it ahead of the even spacing.
/// </summary>
/// <remarks>
/// Never more than is known to be left: what is under way, and what went since the call whose answer said so, counts as used, and a tenth
/// is not touched. What was used moves the schedule on, so over a minute no more go out than without it. The arithmetic alone.
/// </remarks>
internal sealed class Burst
{
    private const double Untouched = 0.1;

    private static readonly long Lasts = TimeSpan.TicksPerMinute;

    private double _left;
    private long _limit;
    private long _mark;
    private long? _at;

    /// <summary>The units that have gone so far.</summary>
    public long Gone { get; private set; }

    /// <summary>Takes an answer's header into account.</summary>
    /// <param name="mark"><see cref="Gone"/> when the call had gone.</param>
    /// <param name="underWay">The units of the calls that are under way.</param>
    public void Note(RateHeader header, long mark, long underWay, long now)
    {
        if (header.PerMinute is { } limit && (_at is null || mark > _mark || limit != _limit))
        {
            (_left, _limit, _mark, _at) = (header.Remaining - (Gone - mark) - underWay, limit, mark, now);
        }
    }

    /// <summary>Whether so many units may go at once.</summary>
    /// <param name="sharers">How many processes share the limit.</param>
    public bool Has(long units, int sharers, long now) =>
        _at is { } at && now - at < Lasts && (_left - (_limit * Untouched)) / sharers >= units;

    /// <summary>Notes that so many units go, at once or in their turn.</summary>
    public void Take(long units) => (_left, Gone) = (_left - units, Gone + units);

    /// <summary>A refusal: what was known is wrong.</summary>
    public void Forget() => _at = null;
}
