using System.Buffers;

namespace Drover.Json;

/// <summary>Reads a stream line by line without ever holding more than one line of the length allowed.</summary>
/// <remarks>A byte order mark at the beginning is passed over; lines end in LF or CRLF; the last one need not end.</remarks>
internal sealed class LineReader(Stream stream, int longest) : IDisposable
{
    /// <summary>What a line of the length allowed may have besides: a byte order mark and CRLF.</summary>
    private const int MarkAndEnd = 5;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
    private int _start;
    private int _end;
    private long _next;
    private bool _atEnd;

    /// <summary>The line's number, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Where the line begins in the stream.</summary>
    public long Offset { get; private set; }

    /// <summary>The length of the line with its end.</summary>
    public long Length { get; private set; }

    /// <summary>The line without its end; empty when it is too long. Valid until the next read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Whether the line was longer than allowed and was passed over.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Goes to the next line; false at the end.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        var scanned = 0;
        long dropped = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (found >= 0 || _atEnd)
            {
                var held = found >= 0 ? scanned + found + 1 : _end - _start;
                return held + dropped > 0 && Take(held, dropped);
            }

            scanned = _end - _start;
            if (scanned > longest + MarkAndEnd)
            {
                dropped += scanned;
                (_start, _end, scanned) = (0, 0, 0);
            }

            await FillAsync(cancellationToken);
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private bool Take(int held, long dropped)
    {
        ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, held);
        _start += held;
        Number++;
        Offset = _next;
        Length = held + dropped;
        _next += Length;
        if (Offset == 0 && line.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            line = line[3..];
            (Offset, Length) = (3, Length - 3);
        }

        line = Lines.TrimEnd(line);
        IsTooLong = dropped > 0 || line.Length > longest;
        Line = IsTooLong ? default : line;
        return true;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        _end += read;
        _atEnd = read == 0;
    }
}
