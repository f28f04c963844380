namespace Drover.Simulator.Timing;

/// <summary>How long a request takes: a constant, or a draw from the lognormal distribution with the given percentiles.</summary>
internal static class LatencyModel
{
    private const double Z95 = 1.6448536;
    private const double Z99 = 2.3263479;

    public static TimeSpan Draw(SimulatorOptions options, ulong identity, int sighting)
    {
        if (options.LatencyP50 == 0)
        {
            return TimeSpan.FromMilliseconds(options.Latency);
        }

        var hash = StableHash.Mix(StableHash.Mix(identity, (ulong)sighting), (ulong)options.Seed ^ 0x1A7E);
        return TimeSpan.FromMilliseconds(options.LatencyP50 * Math.Exp(Sigma(options) * Normal(hash)));
    }

    /// <summary>The least-squares fit of the spread to the upper percentiles that are given.</summary>
    public static double Sigma(SimulatorOptions options)
    {
        var (product, square) = (0.0, 0.0);
        foreach (var (z, value) in new[] { (Z95, options.LatencyP95), (Z99, options.LatencyP99) })
        {
            if (value > 0)
            {
                product += z * Math.Log(value / options.LatencyP50);
                square += z * z;
            }
        }

        return square > 0 ? product / square : 0;
    }

    /// <summary>Box and Muller's method.</summary>
    private static double Normal(ulong hash) =>
        Math.Sqrt(-2 * Math.Log(1 - StableHash.Unit(hash))) * Math.Cos(2 * Math.PI * StableHash.Unit(StableHash.Mix(hash, 1)));
}
