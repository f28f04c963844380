namespace Drover.Simulator.Formats;

/// <summary>The events of a stream in their order.</summary>
internal enum ChunkKind
{
    Start,
    Delta,
    End,
    Usage,
}
