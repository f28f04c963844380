namespace Drover.Bytes;

/// <summary>A stream whose first bytes were looked at and can be read all the same.</summary>
/// <param name="leaveOpen">Whether the stream behind is its owner's to close.</param>
internal sealed class HeadedStream(ReadOnlyMemory<byte> head, Stream rest, bool leaveOpen = true) : ReadingStream
{
    private ReadOnlyMemory<byte> _head = head;

    /// <summary>What comes after the first bytes.</summary>
    public Stream Rest => rest;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_head.IsEmpty)
        {
            return await rest.ReadAsync(buffer, cancellationToken);
        }

        var length = Math.Min(_head.Length, buffer.Length);
        _head[..length].CopyTo(buffer);
        _head = _head[length..];
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !leaveOpen)
        {
            rest.Dispose();
        }

        base.Dispose(disposing);
    }
}
