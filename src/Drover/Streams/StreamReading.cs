namespace Drover.Streams;

/// <summary>What a stream has for a reader who comes with a position.</summary>
public sealed record StreamReading(StreamReadingKind Kind)
{
    /// <summary>The text of the events from there on, to be sent as it is; it goes on until the stream ends.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> Text { get; internal init; } = AsyncEnumerable.Empty<ReadOnlyMemory<byte>>();
}
