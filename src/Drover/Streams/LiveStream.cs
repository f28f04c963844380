using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Drover.Streams;

/// <summary>A stream's log as this process holds it: it grows at its end and is read from anywhere, by any number of readers.</summary>
/// <remarks>
/// The log is the text of server-sent events that clients get, byte for byte, behind a head that only we read. One relay
/// appends; each block goes to the spool before anybody sees it.
/// </remarks>
internal sealed class LiveStream(string id, string epoch, StreamSpool? spool, TimeProvider time)
{
    /// <summary>Once so much waits to be stored, it is not left waiting.</summary>
    private const int Backlog = 16 * 1024;

    private readonly Lock _lock = new();
    private byte[] _buffer = new byte[2048];
    private int _length;
    private int _stored;
    private bool _isOver;
    private long _lastAppend = time.GetTimestamp();
    private TaskCompletionSource? _readers;
    private TaskCompletionSource? _backlog;

    public string Id => id;

    public string Epoch => epoch;

    /// <summary>Its clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Whether anything has been appended; a stream that was refused before that leaves no trace.</summary>
    public bool HasBegun => Volatile.Read(ref _length) > 0;

    /// <summary>Whether the log has its last block, so that it will not grow any more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether another process has taken the stream, or this one stops: what follows will not be here.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>Puts in what an earlier writer left, of which so many bytes are stored.</summary>
    public void Restore(ReadOnlySpan<byte> log, int stored)
    {
        lock (_lock)
        {
            Write(log);
            spool?.Replace(log);
            (_stored, _lastAppend) = (stored, time.GetTimestamp());
        }
    }

    /// <summary>Puts the head in, unless it is there.</summary>
    public void Begin(ReadOnlySpan<byte> head)
    {
        lock (_lock)
        {
            if (_length == 0)
            {
                Append(head);
            }
        }
    }

    public void AppendComment(string text) => Append(Encoding.UTF8.GetBytes($": {text}\n"));

    /// <summary>Appends an event with that data, one line, under an id of its own.</summary>
    public void AppendEvent(ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            var start = _length;
            Span<byte> tail = stackalloc byte[96];
            Utf8.TryWrite(tail, CultureInfo.InvariantCulture, $"\nid: {id}.{epoch}.{start}\n\n", out var written);
            Write("data: "u8);
            Write(data);
            Write(tail[..written]);
            Publish(start);
        }
    }

    /// <summary>Appends the last block.</summary>
    public void End(string how)
    {
        lock (_lock)
        {
            var start = _length;
            Write(LogText.EndMark);
            Write(Encoding.UTF8.GetBytes(how));
            Write("\n"u8);
            (HasEnded, _isOver) = (true, true);
            Publish(start);
        }
    }

    /// <summary>Lets all readers go: what they have not got is elsewhere.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            (IsAbandoned, _isOver) = (true, true);
            Publish(_length);
        }
    }

    /// <summary>
    /// Appends a comment when nothing has been appended for that long; it keeps connections open and shows that the writer lives.
    /// </summary>
    public void Beat(TimeSpan quiet)
    {
        lock (_lock)
        {
            if (_length > 0 && !_isOver && time.GetElapsedTime(_lastAppend) >= quiet)
            {
                Append(": \n"u8);
            }
        }
    }

    /// <summary>The log from a position on, as far as it is now.</summary>
    public ReadOnlyMemory<byte> From(int position)
    {
        lock (_lock)
        {
            return _buffer.AsMemory(position, _length - position);
        }
    }

    /// <summary>The log from a position on, as it grows, until it ends or is elsewhere.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        int position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            Task? grown = null;
            ReadOnlyMemory<byte> next;
            lock (_lock)
            {
                next = _buffer.AsMemory(position, _length - position);
                if (next.IsEmpty && _isOver)
                {
                    yield break;
                }

                if (next.IsEmpty)
                {
                    grown = (_readers ??= NewSignal()).Task;
                }
            }

            if (grown is not null)
            {
                await grown.WaitAsync(cancellationToken);
                continue;
            }

            position += next.Length;
            yield return next;
        }
    }

    /// <summary>
    /// Waits until there is something to store, then up to <paramref name="pause"/> for more; empty when all is stored and the stream is
    /// over.
    /// </summary>
    public async Task<ReadOnlyMemory<byte>> NextToStoreAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            bool isFirst;
            lock (_lock)
            {
                if (_length > _stored && (_isOver || _length - _stored >= Backlog))
                {
                    return _buffer.AsMemory(_stored, _length - _stored);
                }

                if (_isOver)
                {
                    return default;
                }

                isFirst = _length == _stored;
                wait = isFirst ? (_readers ??= NewSignal()).Task : (_backlog ??= NewSignal()).Task;
            }

            if (isFirst)
            {
                await wait.WaitAsync(cancellationToken);
                continue;
            }

            await wait.WaitAsync(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return From(_stored);
        }
    }

    /// <summary>Says that so many bytes more are in storage.</summary>
    public void Stored(int bytes)
    {
        lock (_lock)
        {
            _stored += bytes;
        }
    }

    /// <summary>Closes the spool; what it holds is deleted only when all of it is in storage.</summary>
    public void CloseSpool(bool isStored) => spool?.Close(isStored);

    private void Append(ReadOnlySpan<byte> lines)
    {
        lock (_lock)
        {
            var start = _length;
            Write(lines);
            Publish(start);
        }
    }

    private void Publish(int start)
    {
        spool?.Write(_buffer.AsSpan(start, _length - start), start);
        _lastAppend = time.GetTimestamp();
        Interlocked.Exchange(ref _readers, null)?.SetResult();
        if (_isOver || _length - _stored >= Backlog)
        {
            Interlocked.Exchange(ref _backlog, null)?.SetResult();
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length > _buffer.Length)
        {
            // Readers keep the array they have: what is in it never changes.
            var larger = new byte[Math.Max(_buffer.Length * 2, _length + bytes.Length)];
            _buffer.AsSpan(0, _length).CopyTo(larger);
            _buffer = larger;
        }

        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
