namespace Drover.Throttling;

/// <summary>How long to wait before the next pass.</summary>
internal static class Backoff
{
    /// <summary>
    /// Exponential with full jitter: a time drawn evenly from zero to <c>first · 2^(pass-1)</c>, at most
    /// <paramref name="longest"/>. (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
    /// </summary>
    public static TimeSpan Delay(int pass, TimeSpan first, TimeSpan longest, Random random) =>
        Ceiling(pass, first, longest) * random.NextDouble();

    /// <summary>The longest that such a wait can be.</summary>
    public static TimeSpan Ceiling(int pass, TimeSpan first, TimeSpan longest) =>
        TimeSpan.FromSeconds(Math.Min(longest.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(pass - 1, 30))));
}
