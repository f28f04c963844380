namespace Drover.Simulator.Limits;

/// <summary>One second's worth of a rate per minute, refilled continuously. Not thread-safe.</summary>
/// <remarks>An amount above the capacity is let through when the bucket is full, and is then owed.</remarks>
internal sealed class TokenBucket(double perMinute, double now)
{
    private readonly double _perSecond = perMinute / 60;
    private double _level = Math.Max(1, perMinute / 60);
    private double _readAt = now;

    public double Capacity { get; } = Math.Max(1, perMinute / 60);

    public double Level(double now)
    {
        _level = Math.Min(Capacity, _level + (Math.Max(0, now - _readAt) * _perSecond));
        _readAt = Math.Max(now, _readAt);
        return _level;
    }

    /// <summary>Seconds until the amount would be let through; 0 when it is now.</summary>
    public double Wait(double amount, double now)
    {
        // A billionth of tolerance, so that sums of tenths do not come out a hair short.
        var missing = Math.Min(amount, Capacity) - Level(now) - 1e-9;
        return missing > 0 ? missing / _perSecond : 0;
    }

    public double SecondsUntilFull(double now) => (Capacity - Level(now)) / _perSecond;

    public void Take(double amount) => _level -= amount;
}
