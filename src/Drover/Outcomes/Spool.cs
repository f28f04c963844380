using System.Buffers;
using System.Text.Json;
using Drover.Batches;
using Microsoft.Win32.SafeHandles;

namespace Drover.Outcomes;

/// <summary>
/// One shard's outcomes between the answer and the append, in a local file: an answer that was paid for survives the
/// process, although appends are made by the hundred.
/// </summary>
/// <remarks>
/// The file is written without a sync (it must outlive the process, not the machine) and deleted when all of it is in the
/// blobs. What it says of an item that has its outcome there does not count. Each line is an outcome line behind one
/// letter, <c>R</c> for a result or <c>E</c> for an error; a line that the process died in has no end and is dropped. Room is made before
/// a call goes, by zeros behind the last line: when the disk is full, that shows before anything is paid.
/// </remarks>
internal sealed class Spool : IDisposable
{
    private const int LeastLine = 4096;
    private const int Step = 64 * 1024;

    private static readonly byte[] Zeros = new byte[Step];

    private readonly string _path;
    private readonly SpoolWrite _write;
    private readonly Lock _lock = new();
    private SafeFileHandle? _file;
    private long _length;
    private long _room;
    private long _outcomes;
    private long _bytes;

    /// <param name="write">Writes to the file; null: as the system does.</param>
    internal Spool(string path, SpoolWrite? write = null) => (_path, _write) = (path, write ?? RandomAccess.Write);

    /// <summary>Writes bytes at a place of a file.</summary>
    internal delegate void SpoolWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes, long at);

    /// <summary>The spool of a shard, or null where none is configured.</summary>
    /// <remarks>Its name tells one batch from a later one of the same id, whose items may bear the same ids.</remarks>
    public static Spool? For(BatchOptions options, BatchSpec spec, int shard)
    {
        if (options.SpoolPath.Length == 0)
        {
            return null;
        }

        Directory.CreateDirectory(options.SpoolPath);
        return new Spool(
            Path.Combine(options.SpoolPath, $"{spec.Id}-{spec.InputHash?[..12] ?? $"{spec.CreatedAt.UtcTicks:x}"}-{shard:D5}.spool"));
    }

    /// <summary>What an earlier process left behind.</summary>
    public IEnumerable<PendingOutcome> Recover()
    {
        if (!File.Exists(_path))
        {
            yield break;
        }

        var content = File.ReadAllBytes(_path).AsMemory();
        for (var end = content.Span.IndexOf((byte)'\n'); end >= 0; end = content.Span.IndexOf((byte)'\n'))
        {
            if (Parse(content[..(end + 1)]) is { } outcome)
            {
                yield return outcome;
            }

            content = content[(end + 1)..];
        }
    }

    /// <summary>Makes room for so many more outcomes, twice as long as those before; false when the disk has none.</summary>
    public bool TryReserve(int outcomes)
    {
        lock (_lock)
        {
            var needed = _length + (outcomes * Math.Max(LeastLine, 2 * (_outcomes == 0 ? 0 : _bytes / _outcomes)));
            try
            {
                _file ??= Open();
                while (_room < needed)
                {
                    _write(_file, Zeros, Math.Max(_room, _length));
                    _room = Math.Max(_room, _length) + Step;
                }

                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Keeps an outcome until <see cref="Delete"/>; false when the disk does not take it.</summary>
    public bool TryWrite(PendingOutcome outcome)
    {
        lock (_lock)
        {
            try
            {
                _file ??= Open();
                var record = ArrayPool<byte>.Shared.Rent(1 + outcome.Line.Length);
                record[0] = outcome.IsError ? (byte)'E' : (byte)'R';
                outcome.Line.CopyTo(record, 1);
                _write(_file, record.AsSpan(0, 1 + outcome.Line.Length), _length);
                ArrayPool<byte>.Shared.Return(record);
                _length += 1 + outcome.Line.Length;
                (_outcomes, _bytes) = (_outcomes + 1, _bytes + outcome.Line.Length);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false; // The next one is written over what there is of this one.
            }
        }
    }

    /// <summary>All is in the blobs: the file is needed no more.</summary>
    public void Delete()
    {
        Dispose();
        File.Delete(_path);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private SafeFileHandle Open()
    {
        var file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _length = EndOfLines(file);
        _room = RandomAccess.GetLength(file);
        if (_length > 0)
        {
            _write(file, "\n"u8, _length++); // Ends a line that the last process died in.
        }

        return file;
    }

    // Behind the lines there may be room.
    private static long EndOfLines(SafeFileHandle file)
    {
        var block = new byte[Step];
        for (var end = RandomAccess.GetLength(file); end > 0;)
        {
            var from = Math.Max(0, end - block.Length);
            var read = RandomAccess.Read(file, block.AsSpan(0, (int)(end - from)), from);
            if (block.AsSpan(0, read).LastIndexOfAnyExcept((byte)0) is >= 0 and var last)
            {
                return from + last + 1;
            }

            end = from;
        }

        return 0;
    }

    private static PendingOutcome? Parse(ReadOnlyMemory<byte> line)
    {
        if (line.Span[0] is not ((byte)'R' or (byte)'E'))
        {
            return null;
        }

        try
        {
            return PendingOutcome.FromLine(line[1..].ToArray(), line.Span[0] == 'E');
        }
        catch (JsonException)
        {
            return null; // The line that the last process died in: that item has no outcome and is run again.
        }
    }
}
