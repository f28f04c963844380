using System.Globalization;

namespace Drover.Simulator.Limits;

/// <summary>Durations as the API's headers write them: <c>2ms</c>, <c>1.5s</c>, <c>6m0s</c>, <c>1h0m0s</c>.</summary>
internal static class Durations
{
    public static string Format(double seconds)
    {
        var milliseconds = (long)Math.Ceiling(Math.Max(0, seconds) * 1000 - 1e-6);
        if (milliseconds < 1000)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{milliseconds}ms");
        }

        var minutes = milliseconds / 60_000;
        var rest = (milliseconds % 60_000 / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
        return minutes switch
        {
            0 => $"{rest}s",
            < 60 => $"{minutes}m{rest}s",
            _ => $"{minutes / 60}h{minutes % 60}m{rest}s",
        };
    }
}
