using Drover.Outcomes;

namespace Drover.Functions.Batches;

/// <summary>
/// How far a reader has come in a batch's events: in its outcomes, which alerts it knows to stand, and whether it has seen the end.
/// </summary>
/// <param name="Feed">Its place in the outcomes.</param>
/// <param name="Alerts">The ids of the alerts that it was told of and that it was not told the end of.</param>
/// <param name="HasEnded">Whether it was told how the batch ended.</param>
internal sealed record EventPosition(FeedPosition Feed, IReadOnlySet<string> Alerts, bool HasEnded)
{
    private const char Separator = '!';

    public static EventPosition Start { get; } = new(FeedPosition.Start, new HashSet<string>(), false);

    /// <summary>Reads what <see cref="ToString"/> writes; null when it is something else.</summary>
    public static EventPosition? Parse(string text)
    {
        var parts = text.Split(Separator);
        return FeedPosition.Parse(parts[0]) is { } feed
            ? new EventPosition(
                feed, parts.Skip(1).Where(p => p.Length > 0).Select(Uri.UnescapeDataString).ToHashSet(), parts is [_, .., ""])
            : null;
    }

    public override string ToString() => string.Join(
        Separator,
        [
            Feed.ToString(), .. Alerts.Order(StringComparer.Ordinal).Select(Uri.EscapeDataString),
            .. HasEnded ? [""] : Array.Empty<string>()
        ]);
}
