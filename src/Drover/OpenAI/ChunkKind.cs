namespace Drover.OpenAI;

/// <summary>What the data of an event is.</summary>
internal enum ChunkKind
{
    /// <summary>Nothing; such events only keep a connection open.</summary>
    Empty,

    /// <summary>A chunk of the answer.</summary>
    Chunk,

    /// <summary>An object with a member <c>error</c>.</summary>
    Error,

    /// <summary><c>[DONE]</c>.</summary>
    Done,

    /// <summary>No JSON object.</summary>
    Unreadable,
}
