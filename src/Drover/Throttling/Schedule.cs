namespace Drover.Throttling;

/// <summary>
/// One evenly spaced schedule for all processes, of which each takes slices: the arithmetic alone.
/// </summary>
/// <remarks>
/// The generic cell rate algorithm (ITU-T I.371): a number, the time at which the next unit is due, is all there is to it.
/// Whoever takes units moves it forward by so many intervals; time that nobody took is lost. So whatever processes come, go
/// and crash, no more units are handed out than the rate allows, and the dead waste only what they had taken.
/// </remarks>
internal static class Schedule
{
    /// <summary>
    /// One per cent of the rate is kept as headroom: two clocks that cut time into windows never cut it at the same instants.
    /// </summary>
    public const double Headroom = 1.01;

    /// <summary>How far before its place in the schedule a unit may go, so that the slices of several processes run side by side.</summary>
    private static readonly long MostEarly = TimeSpan.FromMilliseconds(400).Ticks;

    /// <summary>How much missed time may be made good, because timers fire late.</summary>
    private static readonly long MostCatchUp = TimeSpan.FromMilliseconds(20).Ticks;

    /// <summary>
    /// The most that a unit goes before its place in the schedule: so much more than the rate may fall into any stretch of time.
    /// </summary>
    public static TimeSpan MostAhead { get; } = TimeSpan.FromTicks(MostEarly + MostCatchUp);

    /// <summary>The ticks from one unit to the next.</summary>
    public static double Interval(double perMinute) => perMinute > 0 ? TimeSpan.TicksPerMinute * Headroom / perMinute : 0;

    /// <summary>
    /// Takes so many units, the first not before <paramref name="earliest"/>, and moves <paramref name="due"/> past them.
    /// </summary>
    public static Slice Take(ref long due, double units, double interval, long earliest)
    {
        var begins = Math.Max(due, earliest);
        due = begins + (long)Math.Ceiling(units * interval);
        return new Slice(begins, due, interval);
    }

    /// <summary>
    /// How late a unit may be made good. The shorter the upstream's memory is beside the spacing, the less: not even a
    /// bucket that holds one second of the rate is ever overrun.
    /// </summary>
    public static long CatchUp(double units, double interval) =>
        (long)Math.Min(MostCatchUp, Math.Max(interval / 100, TimeSpan.TicksPerSecond - (units * interval)));

    /// <summary>How early a unit may go, by the same rule.</summary>
    public static long Early(double units, double interval) =>
        (long)Math.Clamp((TimeSpan.TicksPerSecond * 0.9) - MostCatchUp - (units * interval), 0, MostEarly);
}
