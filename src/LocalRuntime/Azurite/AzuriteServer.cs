using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Drover.LocalRuntime;

/// <summary>Azurite, the storage emulator, as a process of this machine.</summary>
/// <remarks>
/// <para>
/// It is started in a session of its own, so that the Ctrl-C meant for us does not end it under our last writes, and found
/// again by the id in <c>azurite.pid</c> when we were killed and it was not.
/// </para>
/// <para>It is ended with SIGTERM: only then does it write its last five seconds of metadata.</para>
/// </remarks>
public sealed partial class AzuriteServer : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const string Launcher =
        "const[log,...args]=process.argv.slice(1);const out=require('fs').openSync(log,'a');"
        + "const child=require('child_process').spawn(process.execPath,args,{detached:true,windowsHide:true,stdio:['ignore',out,out]});"
        + "child.unref();console.log(child.pid);";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly int _processId;
    private readonly string _pidFile;

    private AzuriteServer(int processId, string pidFile) => (_processId, _pidFile) = (processId, pidFile);

    /// <summary>Its process id.</summary>
    public int ProcessId => _processId;

    /// <summary>Sees to it that Azurite listens on these ports.</summary>
    /// <param name="endpoints">The ports.</param>
    /// <param name="dataPath">The folder for its data, its log and its process id.</param>
    /// <param name="say">Told what takes time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The process to stop when done; null when somebody else's listens there already.</returns>
    /// <exception cref="AzuriteException">It cannot be installed or started.</exception>
    public static async Task<AzuriteServer?> EnsureAsync(
        AzuriteEndpoints endpoints, string dataPath, Action<string> say, CancellationToken cancellationToken)
    {
        var pidFile = PidFileOf(dataPath);
        if (AzuriteEndpoints.IsListening(endpoints.BlobPort))
        {
            return AzuriteEndpoints.IsListening(endpoints.QueuePort)
                ? FindOurs(pidFile)
                : throw new AzuriteException(
                    $"Port {endpoints.BlobPort} is taken, but not by Azurite (nothing listens on {endpoints.QueuePort}). Free it, or set AzureWebJobsStorage to other ports or to a storage account.");
        }

        if (new[] { endpoints.QueuePort, endpoints.TablePort }.FirstOrDefault(AzuriteEndpoints.IsListening) is > 0 and var taken)
        {
            throw new AzuriteException($"Azurite needs port {taken}, and something else listens there. Free it, or set AzureWebJobsStorage to other ports.");
        }

        var script = await AzuriteInstall.EnsureAsync(say, cancellationToken);
        Directory.CreateDirectory(dataPath);
        var log = Path.Combine(dataPath, "azurite.log");
        var processId = await LaunchAsync(script, endpoints, dataPath, log, cancellationToken);
        await File.WriteAllTextAsync(pidFile, processId.ToString(CultureInfo.InvariantCulture), cancellationToken);
        var server = new AzuriteServer(processId, pidFile);
        await server.WaitUntilListeningAsync(endpoints, log, cancellationToken);
        return server;
    }

    /// <summary>
    /// The ports for the Azurite that belongs to a folder alone: those it had last, unless somebody else's listens there now.
    /// </summary>
    public static AzuriteEndpoints EndpointsOf(string dataPath)
    {
        var portsFile = Path.Combine(dataPath, "azurite.ports");
        if (File.Exists(portsFile) && AzuriteEndpoints.Parse(File.ReadAllText(portsFile)) is { } last
            && (FindOurs(PidFileOf(dataPath)) is not null || !last.IsAnyTaken))
        {
            return last;
        }

        var fresh = AzuriteEndpoints.Free();
        Directory.CreateDirectory(dataPath);
        File.WriteAllText(portsFile, fresh.ConnectionString);
        return fresh;
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        if (FindProcess(_processId) is not { } process)
        {
            File.Delete(_pidFile);
            return;
        }

        using (process)
        {
            if (OperatingSystem.IsWindows() || Kill(_processId, SigTerm) != 0)
            {
                process.Kill();
            }

            using var patience = new CancellationTokenSource(Patience);
            await process.WaitForExitAsync(patience.Token);
        }

        File.Delete(_pidFile);
    }

    internal static AzuriteException NodeMissing(string command, Exception e) => new(
        $"'{command}' was not found. Without a storage account Drover uses Azurite, which needs Node.js 18 or newer with npm: install it (https://nodejs.org), "
        + "or set AzureWebJobsStorage to the connection string of a storage account.", e);

    private static string PidFileOf(string dataPath) => Path.Combine(dataPath, "azurite.pid");

    private static AzuriteServer? FindOurs(string pidFile) =>
        File.Exists(pidFile)
        && int.TryParse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture, out var id)
        && FindProcess(id) is { } process
            ? Disposing(process, new AzuriteServer(id, pidFile))
            : null;

    private static AzuriteServer Disposing(Process process, AzuriteServer server)
    {
        process.Dispose();
        return server;
    }

    // An id may have been given to another program meanwhile; only Node counts, which newer versions call MainThread.
    private static Process? FindProcess(int id)
    {
        try
        {
            var process = Process.GetProcessById(id);
            if (!process.HasExited && process.ProcessName is "node" or "node.exe" or "nodejs" or "MainThread")
            {
                return process;
            }

            process.Dispose();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task<int> LaunchAsync(
        string script, AzuriteEndpoints endpoints, string dataPath, string log, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            "node",
            [
                "-e", Launcher, log, script,
                "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
                "--blobPort", Text(endpoints.BlobPort), "--queuePort", Text(endpoints.QueuePort), "--tablePort", Text(endpoints.TablePort),
                "--location", Path.GetFullPath(dataPath), "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--loose",
            ])
        { RedirectStandardOutput = true };
        try
        {
            using var launcher = Process.Start(start)!;
            var output = await launcher.StandardOutput.ReadToEndAsync(cancellationToken);
            await launcher.WaitForExitAsync(cancellationToken);
            return int.TryParse(output.Trim(), CultureInfo.InvariantCulture, out var id)
                ? id
                : throw new AzuriteException($"Node.js could not start Azurite (exit code {launcher.ExitCode}).");
        }
        catch (Win32Exception e)
        {
            throw NodeMissing("node", e);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task WaitUntilListeningAsync(AzuriteEndpoints endpoints, string log, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!AzuriteEndpoints.IsListening(endpoints.BlobPort) || !AzuriteEndpoints.IsListening(endpoints.QueuePort))
        {
            if (FindProcess(_processId) is not { } process || Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new AzuriteException($"Azurite did not start; the end of {log}:{Environment.NewLine}{Tail(log)}");
            }

            process.Dispose();
            await Task.Delay(50, cancellationToken);
        }
    }

    private static string Tail(string log)
    {
        using var reader = new StreamReader(new FileStream(log, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();
        return text.Length <= 2000 ? text : text[^2000..];
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
