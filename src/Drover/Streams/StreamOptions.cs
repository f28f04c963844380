using Drover.Settings;

namespace Drover.Streams;

/// <summary>How streams are kept, and what is done when the upstream breaks one. Section <c>Drover:Streams</c>.</summary>
public sealed class StreamOptions : IOptionsSection
{
    /// <summary>How long a stream can be read after its last event.</summary>
    [Duration("00:01:00", "365.00:00:00", Words = "from one minute to a year")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often in a row a broken stream is reconnected without a new piece of text.</summary>
    [Between(0, 100)]
    public int ReconnectTries { get; set; } = 5;

    /// <summary>
    /// The wait before the first of them; it doubles with each, up to <see cref="LongestReconnectDelay"/>, with a fifth of jitter.
    /// </summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait; an upstream that asks (Retry-After) for a longer one ends the stream.</summary>
    public TimeSpan LongestReconnectDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How the upstream is asked to go on after the text so far.</summary>
    [Defined]
    public Continuation Continuation { get; set; } = Continuation.Assistant;

    /// <summary>
    /// A folder of this process's own for what is not yet in storage, so that a killed process loses nothing that a client has
    /// seen. Empty: none, as on Azure; then a kill may lose the last 100 ms.
    /// </summary>
    public string SpoolPath { get; set; } = "";

    /// <inheritdoc/>
    string IOptionsSection.Section => "Drover:Streams";

    /// <inheritdoc/>
    IEnumerable<string> IOptionsSection.FaultsBetween()
    {
        if (ReconnectDelay < TimeSpan.FromMilliseconds(1) || ReconnectDelay > LongestReconnectDelay)
        {
            yield return $"Drover:Streams:ReconnectDelay is {ReconnectDelay}; it must be from 1 ms to LongestReconnectDelay ({LongestReconnectDelay}).";
        }

        if (LongestReconnectDelay > TimeSpan.FromHours(1))
        {
            yield return $"Drover:Streams:LongestReconnectDelay is {LongestReconnectDelay}; it must be at most one hour.";
        }
    }
}
