namespace Drover.Throttling;

/// <summary>Spaces requests evenly at an allowed rate: the arithmetic alone, with the time as an argument.</summary>
/// <remarks>
/// The generic cell rate algorithm (ITU-T I.371): every request moves the time at which the next one is due by one
/// interval. One per cent of the rate is kept as headroom, because two clocks that cut time into windows never cut it at
/// the same instants. Timers fire late, so what was missed may be caught up, but only over the last
/// <see cref="CatchUp"/>: a burst is at most that much of the rate, and idle time is not saved up. At low rates it is less,
/// so that not even a bucket that holds one second of the rate is ever overrun.
/// </remarks>
/// <param name="requestsPerMinute">The rate allowed; 0 for no limit.</param>
internal sealed class Pacer(int requestsPerMinute)
{
    /// <summary>How much missed time may be made good.</summary>
    public static readonly TimeSpan CatchUp = TimeSpan.FromMilliseconds(20);

    private const double Headroom = 1.01;

    private readonly long _interval = requestsPerMinute <= 0 ? 0 : (long)(TimeSpan.TicksPerMinute * Headroom / requestsPerMinute);
    private readonly long _catchUp = requestsPerMinute <= 0 ? 0 : Math.Min(
        CatchUp.Ticks, (long)((Math.Max(0, requestsPerMinute / 60.0 - 1) + Headroom - 1) * TimeSpan.TicksPerMinute / requestsPerMinute));

    private long _due;

    /// <summary>Takes one request if it is due; otherwise says how long to wait.</summary>
    public bool TryTake(long nowTicks, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (_interval == 0)
        {
            return true;
        }

        _due = Math.Max(_due, nowTicks - (_due == 0 ? 0 : _catchUp));
        if (_due > nowTicks)
        {
            wait = TimeSpan.FromTicks(_due - nowTicks);
            return false;
        }

        _due += _interval;
        return true;
    }
}
