using System.Globalization;
using System.Net.Http.Headers;

namespace Drover.Throttling;

/// <summary>The <c>x-ratelimit-{limit,remaining,reset}-{requests,tokens}</c> headers of an answer, where it has them.</summary>
/// <remarks>https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers</remarks>
/// <param name="Requests">The limit on requests, or null.</param>
/// <param name="Tokens">The limit on tokens, or null.</param>
public readonly record struct RateHeaders(RateHeader? Requests, RateHeader? Tokens)
{
    /// <summary>Reads them; a limit of which one of the three headers is missing or cannot be read is left out.</summary>
    public static RateHeaders Read(HttpResponseHeaders headers) => new(
        Read(headers, "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        Read(headers, "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"));

    /// <summary>Reads a duration such as <c>2ms</c>, <c>1.5s</c>, <c>6m0s</c> or <c>1h0m0s</c>; null when it is none.</summary>
    internal static TimeSpan? ReadDuration(ReadOnlySpan<char> text)
    {
        var (seconds, last) = (0.0, double.PositiveInfinity);
        for (text = text.Trim(); ;)
        {
            var digits = text.IndexOfAnyExceptInRange('.', '9'); // Also '/', which no number takes.
            if (digits <= 0
                || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            text = text[digits..];
            var unit = text.StartsWith("ms") ? 0.001 : text[0] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => double.NaN };
            if (!(unit < last))
            {
                return null; // No unit, or not in falling order.
            }

            (seconds, last) = (seconds + (number * unit), unit);
            text = text[(unit < 1 ? 2 : 1)..];
            if (text.IsEmpty)
            {
                return seconds < TimeSpan.MaxValue.TotalSeconds / 2
                    ? TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond))
                    : null;
            }
        }
    }

    private static RateHeader? Read(HttpResponseHeaders headers, string limit, string remaining, string reset) =>
        headers.NonValidated.TryGetValues(limit, out var l) && Number(l.ToString()) is { } most
        && headers.NonValidated.TryGetValues(remaining, out var r) && Number(r.ToString()) is { } left
        && headers.NonValidated.TryGetValues(reset, out var t) && ReadDuration(t.ToString()) is { } time
            ? new RateHeader(most, left, time)
            : null;

    private static long? Number(string text) =>
        long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
