namespace Drover.Streams;

/// <summary>Whether a stream can be read from a position.</summary>
public enum StreamReadingKind
{
    /// <summary>It can.</summary>
    Open,

    /// <summary>It has ended there: nothing will follow.</summary>
    AtEnd,

    /// <summary>There is no such stream, or it has expired.</summary>
    NoStream,

    /// <summary>The stream does not have that event: what the reader saw last was lost with the host that sent it.</summary>
    NoSuchEvent,
}
