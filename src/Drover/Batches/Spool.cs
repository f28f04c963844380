using System.Text.Json;

namespace Drover.Batches;

/// <summary>
/// One shard's outcomes between the answer and the append, in a local file: an answer that was paid for survives the
/// process, although appends are made by the hundred.
/// </summary>
/// <remarks>
/// The file is written without a sync (it must outlive the process, not the machine) and deleted when all of it is in the
/// blobs. What it says of an item that has its outcome there does not count. Each line is an outcome line behind one
/// letter, <c>R</c> for a result or <c>E</c> for an error; a line that the process died in has no end and is dropped.
/// </remarks>
internal sealed class Spool : IDisposable
{
    private readonly string _path;
    private readonly Lock _lock = new();
    private FileStream? _file;

    private Spool(string path) => _path = path;

    /// <summary>The spool of a shard, or null where none is configured.</summary>
    public static Spool? For(BatchOptions options, string batchId, int shard)
    {
        if (options.SpoolPath.Length == 0)
        {
            return null;
        }

        Directory.CreateDirectory(options.SpoolPath);
        return new Spool(Path.Combine(options.SpoolPath, $"{batchId}-{shard:D5}.spool"));
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

    /// <summary>Keeps an outcome until <see cref="Delete"/>.</summary>
    public void Write(PendingOutcome outcome)
    {
        lock (_lock)
        {
            _file ??= Open();
            _file.WriteByte(outcome.IsError ? (byte)'E' : (byte)'R');
            _file.Write(outcome.Line);
            _file.Flush();
        }
    }

    /// <summary>All is in the blobs: the file is needed no more.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
            File.Delete(_path);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private FileStream Open()
    {
        var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 32 * 1024);
        file.Seek(0, SeekOrigin.End);
        if (file.Length > 0)
        {
            file.WriteByte((byte)'\n'); // Ends a line that the last process died in.
        }

        return file;
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
