using System.IO.Pipelines;

namespace Drover.Simulator.Http;

internal static class PipeWriterExtensions
{
    /// <summary>Copies the bytes in one piece. (Write of IBufferWriter asks for "any" room, and Kestrel may then have none.)</summary>
    public static void Append(this PipeWriter writer, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(writer.GetSpan(bytes.Length));
        writer.Advance(bytes.Length);
    }
}
