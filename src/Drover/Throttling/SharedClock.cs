namespace Drover.Throttling;

/// <summary>The time that all processes agree on: storage's, as the <c>Date</c> of its answers shows it.</summary>
/// <remarks>
/// <c>Date</c> has whole seconds (RFC 9110, section 6.6.1), so one answer says only that storage's clock is ahead of ours by more than
/// <c>Date − received</c> and by less than <c>Date + 1 s − sent</c>. The answers' bounds are intersected (Marzullo), which soon leaves
/// milliseconds; the offset is the one within the bounds that is nearest to none, so machines that keep good time do not
/// correct each other at all. Bounds widen slowly again, as clocks drift, and an answer that contradicts them replaces them.
/// </remarks>
internal sealed class SharedClock(TimeProvider time)
{
    private const double Drift = 100e-6;

    // A server may take its time to write the header, or keep one for a moment.
    private static readonly long Slack = TimeSpan.FromMilliseconds(100).Ticks;

    private readonly long _origin = time.GetUtcNow().UtcTicks;
    private readonly long _start = time.GetTimestamp();
    private (long Low, long High, long At)? _bounds;
    private long _offset;

    /// <summary>The shared time, in ticks.</summary>
    public long Now => Local + Volatile.Read(ref _offset);

    /// <summary>Whether an answer has been seen.</summary>
    public bool IsSet => _bounds is not null;

    /// <summary>This machine's own time, in ticks; nobody sets it back.</summary>
    public long Local => _origin + time.GetElapsedTime(_start).Ticks;

    /// <summary>Takes an answer's date into account.</summary>
    /// <param name="date">The header, whole seconds.</param>
    /// <param name="sent">When the request was sent, as <see cref="Local"/>.</param>
    /// <param name="received">When its answer came.</param>
    public void Observe(DateTimeOffset date, long sent, long received)
    {
        var (low, high) = (date.UtcTicks - received - Slack, date.UtcTicks + TimeSpan.TicksPerSecond - sent + Slack);
        if (_bounds is { } known)
        {
            var drift = (long)((received - known.At) * Drift);
            var (bothLow, bothHigh) = (Math.Max(low, known.Low - drift), Math.Min(high, known.High + drift));
            (low, high) = bothLow <= bothHigh ? (bothLow, bothHigh) : (low, high);
        }

        _bounds = (low, high, received);
        Volatile.Write(ref _offset, Math.Clamp(0, low, high));
    }
}
