using System.Globalization;

namespace Drover.Streams;

/// <summary>How long to wait before an answer is asked for again, and when not to ask again.</summary>
internal sealed class Reconnections(StreamOptions options, Random random)
{
    /// <summary>An upstream that breaks each call after a few words would be paid for the prompt again and again.</summary>
    private const int Most = 20;

    /// <summary>How many there were.</summary>
    public int Count { get; private set; }

    public void Add() => Count++;

    /// <summary>How long to wait: doubled with each try that brought nothing, or what the upstream asks for if that is longer.</summary>
    public TimeSpan WaitBefore(int tries, TimeSpan? retryAfter)
    {
        var doubled = options.ReconnectDelay * Math.Pow(2, Math.Clamp(tries - 1, 0, 20)) * (0.8 + (0.4 * random.NextDouble()));
        var longest = doubled < options.LongestReconnectDelay ? doubled : options.LongestReconnectDelay;
        return retryAfter > longest ? retryAfter.Value : longest;
    }

    /// <summary>Why the answer is not asked for again; a sentence with a space before it, or null.</summary>
    public string? WhyNoMore(int tries, TimeSpan wait) =>
        tries > options.ReconnectTries ? $" It was tried again {options.ReconnectTries} times."
        : Count >= Most ? $" The answer has been reconnected {Most} times, which is the most."
        : wait > options.LongestReconnectDelay
            ? string.Create(CultureInfo.InvariantCulture, $" The upstream asks to wait {wait.TotalSeconds:0} s.")
        : null;
}
