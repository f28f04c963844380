using Drover.Bytes;

namespace Drover.Upstreams.Keys;

/// <summary>A stream of lines with the keys covered; a line comes when its end has come.</summary>
internal sealed class MaskedLines(Stream inner, KeyMask mask) : ReadingStream
{
    /// <summary>What is longer than this without an end of line comes in pieces, each covered by itself.</summary>
    private const int Most = 1024 * 1024;

    private byte[] _buffer = new byte[16 * 1024];
    private int _from;
    private int _ready;
    private int _end;
    private bool _atEnd;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_from == _ready && !_atEnd)
        {
            await FillAsync(cancellationToken);
        }

        var read = Math.Min(buffer.Length, _ready - _from);
        _buffer.AsMemory(_from, read).CopyTo(buffer);
        _from += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_ready.._end).CopyTo(_buffer);
        (_from, _ready, _end) = (0, 0, _end - _ready);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await inner.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        (_end, _atEnd) = (_end + read, read == 0);
        _ready = _atEnd || _end >= Most ? _end : _buffer.AsSpan(0, _end).LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
        mask.Cover(_buffer.AsSpan(0, _ready));
    }
}
