namespace Drover.Throttling.Pacing;

/// <summary>How many units of a schedule to ask for: twice as many as the last time while they do not suffice, else what is used.</summary>
internal sealed class Demand(Pacer pacer)
{
    /// <summary>Slices are taken so long before the last one ends, so that storage may take its time.</summary>
    public static readonly long Ahead = TimeSpan.FromMilliseconds(400).Ticks;

    private double _last;
    private bool _isShort;
    private double _call;
    private bool _isPaced;

    /// <summary>Notes what the next caller met.</summary>
    /// <param name="units">The units of its call.</param>
    /// <param name="wait">Null when the slices did not suffice, else how long it has to wait for its turn.</param>
    public void Note(double units, long? wait) => (_call, _isShort, _isPaced) = (units, wait is null, wait is not 0);

    /// <summary>Notes that nobody waits.</summary>
    public void NoteNobody() => (_isShort, _isPaced) = (false, false);

    /// <summary>When to ask, in ticks; <see cref="long.MaxValue"/> when nobody needs more.</summary>
    public long AskAt(long now) => !pacer.IsLimited ? long.MaxValue
        : _isShort ? now
        : (_isPaced || pacer.Used > _last / 2) && _last >= 2 * _call ? pacer.Ends - Ahead // Calls that fill a slice alone take their own.
        : long.MaxValue;

    /// <summary>What to ask for.</summary>
    public WantedUnits Wanted(long now)
    {
        var least = _isShort ? pacer.Missing(_call) : _call;
        return AskAt(now) > now ? default : new WantedUnits(least, Math.Max(least, _isPaced ? 2 * _last : 1.25 * pacer.Used));
    }

    /// <summary>Notes what was handed over.</summary>
    public void Took(double units) => (_last, _isShort) = (units, false);
}
