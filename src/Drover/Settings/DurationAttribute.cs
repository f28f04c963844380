using System.Globalization;

namespace Drover.Settings;

/// <summary>A time lies between two others.</summary>
/// <remarks>A time that a timer waits for is at most 49 days: no timer takes more than 0xfffffffe milliseconds.</remarks>
/// <param name="least">The shortest time, as <c>d.hh:mm:ss</c>; null where <see cref="LeastIs"/> names it.</param>
/// <param name="most">The longest time, as <c>d.hh:mm:ss</c>.</param>
internal sealed class DurationAttribute(string? least, string most) : RuleAttribute
{
    /// <summary>How the user writes it.</summary>
    public string Written { get; init; } = "d.hh:mm:ss";

    /// <summary>The two bounds in words, in place of their figures.</summary>
    public string? Words { get; init; }

    /// <summary>Another setting that takes the place of the shortest time.</summary>
    public string? LeastIs { get; init; }

    /// <summary>The longest time.</summary>
    public TimeSpan Most => TimeSpan.Parse(most, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override IEnumerable<string> Faults(Setting setting)
    {
        var value = (TimeSpan)setting.Value!;
        var from = LeastIs is null ? TimeSpan.Parse(least!, CultureInfo.InvariantCulture) : (TimeSpan)setting.Neighbour(LeastIs)!;
        if (value < from || value > Most)
        {
            yield return $"{setting.Path} is {value}; it must be {Words ?? $"from {from} to {Most}"}, written as {Written}.";
        }
    }
}
