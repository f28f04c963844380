namespace Drover.Simulator.Formats;

/// <summary>One event of a stream: what it is, of which choice, and its text.</summary>
internal readonly record struct StreamChunk(ChunkKind Kind, int Choice, string Text);
