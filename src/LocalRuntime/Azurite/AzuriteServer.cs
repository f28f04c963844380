using System.Diagnostics;

namespace Drover.LocalRuntime;

/// <summary>Azurite, the storage emulator, as a process of this machine.</summary>
/// <remarks>
/// <para>
/// It is started in a session of its own, so that the Ctrl-C meant for us does not end it under our last writes, and found
/// again by the id in <c>azurite.pid</c> when we were killed and it was not.
/// </para>
/// <para>
/// Several programs may use it at once; the last one to leave ends it, with SIGTERM: only then does it write its last five
/// seconds of metadata. It may still be ending when that program has gone: the next one waits for that.
/// </para>
/// </remarks>
public sealed class AzuriteServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    private readonly AzuriteFolder _folder;
    private readonly IDisposable _use;
    private int _left;

    private AzuriteServer(int processId, AzuriteFolder folder, IDisposable use) => (ProcessId, _folder, _use) = (processId, folder, use);

    /// <summary>Its process id.</summary>
    public int ProcessId { get; }

    /// <summary>Sees to it that Azurite listens on these ports.</summary>
    /// <param name="dataPath">The folder for its data, its log and its process id.</param>
    /// <param name="say">Told what takes time.</param>
    /// <returns>The process to leave when done; null when somebody else's listens there already.</returns>
    /// <exception cref="AzuriteException">It cannot be installed or started.</exception>
    public static async Task<AzuriteServer?> EnsureAsync(
        AzuriteEndpoints endpoints, string dataPath, Action<string> say, CancellationToken cancellationToken)
    {
        var folder = new AzuriteFolder(dataPath);
        using var starting = await folder.LockStartAsync(say, cancellationToken);
        var use = await folder.UseAsync(say, cancellationToken);
        AzuriteServer? server = null;
        try
        {
            await folder.WaitForStoppingAsync(StopPatience, say, cancellationToken);
            return server = IsThere(endpoints)
                ? folder.Running is { } id ? new AzuriteServer(id, folder, use) : null
                : await StartAsync(endpoints, folder, use, say, cancellationToken);
        }
        finally
        {
            if (server is null)
            {
                use.Dispose();
            }
        }
    }

    /// <summary>
    /// The ports for the Azurite that belongs to a folder alone: those it had last, unless somebody else's listens there now.
    /// </summary>
    public static async Task<AzuriteEndpoints> EndpointsOfAsync(string dataPath, Action<string> say, CancellationToken cancellationToken)
    {
        var folder = new AzuriteFolder(dataPath);
        if (folder.LastEndpoints is { } known && (folder.Running ?? folder.Stopping) is not null)
        {
            return known;
        }

        using var starting = await folder.LockStartAsync(say, cancellationToken); // Two that look at the same time find the same.
        var last = folder.LastEndpoints;
        if (last is not null
            && ((folder.Running ?? folder.Stopping) is not null || (!last.IsAnyTaken && last.Key != AzuriteEndpoints.PublicKey)))
        {
            return last;
        }

        var fresh = (last?.IsAnyTaken == false ? last : AzuriteEndpoints.Free()).WithOwnKey();
        folder.WriteEndpoints(fresh);
        return fresh;
    }

    /// <summary>Waits until the Azurite of a folder, told to end, has ended: then the folder may be moved or deleted.</summary>
    /// <exception cref="AzuriteException">It does not end.</exception>
    public static Task WaitForEndAsync(string dataPath, CancellationToken cancellationToken) =>
        new AzuriteFolder(dataPath).WaitForStoppingAsync(Patience, _ => { }, cancellationToken);

    /// <summary>
    /// Asks it to end unless somebody else uses it, and waits until it has written its data, which it does at once; it ends
    /// after that, when all connections to it have.
    /// </summary>
    public async Task LeaveAsync()
    {
        if (Interlocked.Exchange(ref _left, 1) == 1)
        {
            return;
        }

        _use.Dispose();
        var written = 0L;
        using (var alone = _folder.TryLockOutUsers())
        {
            if (alone is null)
            {
                return;
            }

            written = Length(_folder.LogFile);
            _folder.WriteStopping(ProcessId);
            AzuriteProcess.Terminate(ProcessId);
        }

        // In a container it ends with us when we are the first process there.
        var limit = Environment.ProcessId == 1 ? Patience : WritePatience;
        var since = Stopwatch.GetTimestamp();
        while (!HasWritten(written) && AzuriteProcess.IsRunning(ProcessId) && Stopwatch.GetElapsedTime(since) < limit)
        {
            await Task.Delay(BetweenLooks);
        }
    }

    /// <summary>Asks it to end unless somebody else uses it, and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        await _folder.WaitForStoppingAsync(Patience, _ => { }, CancellationToken.None);
    }

    private static bool IsThere(AzuriteEndpoints endpoints)
    {
        if (AzuriteEndpoints.IsListening(endpoints.BlobPort))
        {
            return AzuriteEndpoints.IsListening(endpoints.QueuePort)
                ? true
                : throw new AzuriteException(
                    $"Port {endpoints.BlobPort} is taken, but not by Azurite (nothing listens on {endpoints.QueuePort}). Free it, or set AzureWebJobsStorage to other ports or to a storage account.");
        }

        return new[] { endpoints.QueuePort, endpoints.TablePort }.FirstOrDefault(AzuriteEndpoints.IsListening) is > 0 and var taken
            ? throw new AzuriteException(
                $"Azurite needs port {taken}, and something else listens there. Free it, or set AzureWebJobsStorage to other ports.")
            : false;
    }

    private static async Task<AzuriteServer> StartAsync(
        AzuriteEndpoints endpoints, AzuriteFolder folder, IDisposable use, Action<string> say, CancellationToken cancellationToken)
    {
        var script = await AzuriteInstall.EnsureAsync(say, cancellationToken);
        using var process = await AzuriteProcess.StartAsync(script, endpoints, folder, cancellationToken);
        folder.WriteRunning(process.Id);
        var server = new AzuriteServer(process.Id, folder, use);
        try
        {
            await WaitUntilListeningAsync(process, endpoints, folder.LogFile, cancellationToken);
            return server;
        }
        catch
        {
            await server.LeaveAsync();
            throw;
        }
    }

    private static async Task WaitUntilListeningAsync(
        Process process, AzuriteEndpoints endpoints, string log, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();

        // Tables come last; when they are there, it also knows what SIGTERM means.
        while (!AzuriteEndpoints.IsListening(endpoints.TablePort) || !IsThere(endpoints))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new AzuriteException($"Azurite did not start; the end of {log}:{Environment.NewLine}{Tail(log)}");
            }

            await Task.Delay(BetweenLooks, cancellationToken);
        }
    }

    private static string Tail(string log) => Read(log, Math.Max(0, Length(log) - 2000));

    private static long Length(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    private static string Read(string file, long from)
    {
        using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = from;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private bool HasWritten(long from) => Read(_folder.LogFile, from) is var said
        && said.Contains("Blob service successfully closed", StringComparison.Ordinal)
        && said.Contains("Queue service successfully closed", StringComparison.Ordinal);
}
