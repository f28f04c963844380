using System.Globalization;
using System.Net.Http.Headers;

namespace Drover.Upstreams;

/// <summary>When an upstream asks to come back.</summary>
/// <remarks>
/// <c>retry-after-ms</c> (milliseconds, an OpenAI and Azure extension) wins over <c>Retry-After</c> (RFC 9110, section
/// 10.2.3: seconds or a date). Fractions of a second are accepted, as some upstreams send them. Times in the past are
/// zero; no wait is longer than a day.
/// </remarks>
public static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The delay that the headers ask for, or null when they ask for none that can be read.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (First(headers, "retry-after-ms") is { } ms && Number(ms) is { } milliseconds)
        {
            return Bounded(milliseconds / 1000);
        }

        if (First(headers, "Retry-After") is not { } text)
        {
            return null;
        }

        if (Number(text) is { } seconds)
        {
            return Bounded(seconds);
        }

        return DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? Bounded((date - now).TotalSeconds)
            : null;
    }

    private static string? First(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString().Trim() : null;

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && !double.IsNaN(value) // "NaN" is read as a number whatever the styles say.
            ? value
            : null;

    private static TimeSpan Bounded(double seconds) =>
        seconds <= 0 ? TimeSpan.Zero : seconds >= Longest.TotalSeconds ? Longest : TimeSpan.FromSeconds(seconds);
}
