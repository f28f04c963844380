using Drover.Batches;
using Drover.Bytes;

namespace Drover.Inputs;

/// <summary>
/// JSONL made of JSON objects that are written in another way: in an array, over several lines each, or several on one line.
/// </summary>
/// <remarks>
/// It goes by brackets and quotation marks alone, so memory does not depend on the objects' size, and an object that has another fault
/// is a bad line like any other. White space outside of texts becomes one space. Where the brackets do not fit, the batch is refused.
/// </remarks>
internal sealed class ListedStream(Stream json) : ReadingStream
{
    private readonly byte[] _input = new byte[64 * 1024];
    private readonly Stack<byte> _open = new();
    private int _at;
    private int _end;
    private bool _isInList;
    private bool _isInText;
    private bool _isEscaped;
    private bool _endsLine;
    private byte _last;
    private long _line = 1;
    private long _lineOfItem;
    private long _items;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_at == _end)
            {
                (_at, _end) = (0, await json.ReadAsync(_input, cancellationToken));
                if (_end == 0)
                {
                    return End(buffer.Span);
                }
            }

            if (Copy(buffer.Span) is > 0 and var written)
            {
                return written;
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            json.Dispose();
        }

        base.Dispose(disposing);
    }

    private int End(Span<byte> output)
    {
        if (_open.Count > 0)
        {
            throw Refused($"it ends within item {_items:N0}, which begins on line {_lineOfItem:N0}");
        }

        if (_isInList)
        {
            throw Refused($"its array is not closed after item {_items:N0}");
        }

        if (!_endsLine)
        {
            return 0;
        }

        (output[0], _endsLine) = ((byte)'\n', false);
        return 1;
    }

    private int Copy(Span<byte> output)
    {
        var written = 0;
        while (_at < _end && written < output.Length)
        {
            if (_endsLine)
            {
                (output[written++], _endsLine) = ((byte)'\n', false);
                continue;
            }

            var next = _input[_at++];
            if (next == '\n')
            {
                _line++;
            }

            if (_open.Count == 0 ? Begins(next) : IsKept(ref next))
            {
                output[written++] = _last = next;
            }
        }

        return written;
    }

    // Between items.
    private bool Begins(byte next)
    {
        switch (next)
        {
            case (byte)'{':
                _items++;
                _lineOfItem = _line;
                _open.Push((byte)'}');
                return true;
            case (byte)'[' when !_isInList:
                _isInList = true;
                return false;
            case (byte)']' when _isInList:
                _isInList = false;
                return false;
            case (byte)',' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                return false;
            default:
                throw Refused($"on line {_line:N0}, after item {_items:N0}, there is something else than an object");
        }
    }

    // Within an item.
    private bool IsKept(ref byte next)
    {
        if (_isInText)
        {
            if (next == '\n')
            {
                throw Refused($"a text of item {_items:N0} is not closed on line {_line - 1:N0}");
            }

            (_isInText, _isEscaped) = (next != '"' || _isEscaped, next == '\\' && !_isEscaped);
            return true;
        }

        switch (next)
        {
            case (byte)'"':
                _isInText = true;
                return true;
            case (byte)'{':
                _open.Push((byte)'}');
                return true;
            case (byte)'[':
                _open.Push((byte)']');
                return true;
            case (byte)'}' or (byte)']':
                if (_open.Pop() != next)
                {
                    throw Refused($"the brackets of item {_items:N0} do not fit on line {_line:N0}");
                }

                _endsLine = _open.Count == 0;
                return true;
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                next = (byte)' ';
                return _last != ' ';
            default:
                return true;
        }
    }

    private static BatchRefusedException Refused(string why) =>
        new(400, [$"The input is JSON, but not JSONL, and cannot be read: {why}. Nothing was taken in."]);
}
