using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Drover.Streams;

/// <summary>A stream's log as a local file, written before anybody sees it: what a client has seen outlives a killed process.</summary>
/// <remarks>
/// Not synced: it must outlive the process, not the machine. The folder belongs to one process at a time, so a file that no
/// stream of this process has open is that of a process that is dead.
/// </remarks>
internal sealed class StreamSpool
{
    private const string Suffix = ".sse";

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly ILogger _logger;
    private bool _isBroken;

    private StreamSpool(SafeFileHandle file, string path, ILogger logger) => (_file, _path, _logger) = (file, path, logger);

    /// <summary>Creates the file, over one that is there; null where there is no folder or the disk does not take it.</summary>
    public static StreamSpool? Create(string folder, string streamId, ILogger logger)
    {
        if (folder.Length == 0)
        {
            return null;
        }

        var path = PathOf(folder, streamId);
        try
        {
            Directory.CreateDirectory(folder);
            return new StreamSpool(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read), path, logger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            StreamLog.SpoolFailed(logger, e.Message);
            return null;
        }
    }

    /// <summary>What a dead process left of a stream, or null.</summary>
    public static byte[]? Read(string folder, string streamId)
    {
        var path = PathOf(folder, streamId);
        return folder.Length > 0 && File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    /// <summary>Deletes files that were written last before that time.</summary>
    public static void DeleteOlderThan(string folder, DateTimeOffset time)
    {
        if (folder.Length == 0 || !Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*" + Suffix).Where(f => f.LastWriteTimeUtc < time.UtcDateTime))
        {
            file.Delete();
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, int offset)
    {
        if (_isBroken)
        {
            return;
        }

        try
        {
            RandomAccess.Write(_file, bytes, offset);
        }
        catch (IOException e)
        {
            // The stream goes on, without this guarantee.
            _isBroken = true;
            StreamLog.SpoolFailed(_logger, e.Message);
        }
    }

    /// <summary>Makes this all that the file holds.</summary>
    public void Replace(ReadOnlySpan<byte> log)
    {
        Write(log, 0);
        if (!_isBroken)
        {
            RandomAccess.SetLength(_file, log.Length);
        }
    }

    public void Close(bool delete)
    {
        _file.Dispose();
        if (delete)
        {
            File.Delete(_path);
        }
    }

    private static string PathOf(string folder, string streamId) => Path.Combine(folder, streamId + Suffix);
}
