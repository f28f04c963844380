namespace Drover.Outcomes;

/// <summary>One outcome, and the position after it.</summary>
/// <param name="Line">The outcome's line.</param>
/// <param name="Position">Where a reader goes on.</param>
public sealed record FeedItem(ReadOnlyMemory<byte> Line, FeedPosition Position);
