using System.Globalization;

namespace Drover.Streams;

/// <summary>How streams are kept, and what is done when the upstream breaks one. Section <c>Drover:Streams</c>.</summary>
public sealed class StreamOptions
{
    /// <summary>How long a stream can be read after its last event.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often in a row a broken stream is reconnected without a new piece of text.</summary>
    public int ReconnectTries { get; set; } = 5;

    /// <summary>
    /// The wait before the first of them; it doubles with each, up to <see cref="LongestReconnectDelay"/>, with a fifth of jitter.
    /// </summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait; an upstream that asks (Retry-After) for a longer one ends the stream.</summary>
    public TimeSpan LongestReconnectDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How the upstream is asked to go on after the text so far.</summary>
    public Continuation Continuation { get; set; } = Continuation.Assistant;

    /// <summary>
    /// A folder of this process's own for what is not yet in storage, so that a killed process loses nothing that a client has
    /// seen. Empty: none, as on Azure; then a kill may lose the last 100 ms.
    /// </summary>
    public string SpoolPath { get; set; } = "";

    /// <summary>The rules that these settings break, each with the setting's name, its value and the rule.</summary>
    public IEnumerable<string> Faults()
    {
        if (Retention < TimeSpan.FromMinutes(1) || Retention > TimeSpan.FromDays(365))
        {
            yield return $"Drover:Streams:Retention is {Retention}; it must be from one minute to a year, written as d.hh:mm:ss.";
        }

        if (ReconnectTries is < 0 or > 100)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"Drover:Streams:ReconnectTries is {ReconnectTries}; it must be from 0 to 100.");
        }

        if (ReconnectDelay < TimeSpan.FromMilliseconds(1) || ReconnectDelay > LongestReconnectDelay)
        {
            yield return $"Drover:Streams:ReconnectDelay is {ReconnectDelay}; it must be from 1 ms to LongestReconnectDelay ({LongestReconnectDelay}).";
        }

        if (LongestReconnectDelay > TimeSpan.FromHours(1))
        {
            yield return $"Drover:Streams:LongestReconnectDelay is {LongestReconnectDelay}; it must be at most one hour.";
        }

        if (!Enum.IsDefined(Continuation))
        {
            yield return $"Drover:Streams:Continuation is {Continuation}; there are {string.Join(", ", Enum.GetNames<Continuation>())}.";
        }
    }
}
