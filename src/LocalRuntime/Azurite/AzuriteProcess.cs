using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Drover.LocalRuntime;

/// <summary>
/// The process of an Azurite: started in a session of its own, so that neither our end nor the Ctrl-C meant for us ends it.
/// </summary>
internal static partial class AzuriteProcess
{
    private const int SigTerm = 15;

    /// <summary>Where Azurite reads its accounts, which no other user of the machine can.</summary>
    private const string Accounts = "AZURITE_ACCOUNTS";

    // Where there is no setsid (macOS, Windows), Node.js can do it; one more start of Node.js, some 80 ms.
    private const string Launcher =
        "const[log,...args]=process.argv.slice(1);const out=require('fs').openSync(log,'a');"
        + "const child=require('child_process').spawn(process.execPath,args,{detached:true,windowsHide:true,stdio:['ignore',out,out]});"
        + "child.unref();console.log(child.pid);";

    private static readonly string? Setsid = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);

    /// <summary>Starts it.</summary>
    /// <exception cref="AzuriteException">Node.js is missing.</exception>
    public static async Task<Process> StartAsync(
        string script, AzuriteEndpoints endpoints, AzuriteFolder folder, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "--require", Path.Combine(AppContext.BaseDirectory, "azurite", "lean.js"), script,
            "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
            "--blobPort", Text(endpoints.BlobPort), "--queuePort", Text(endpoints.QueuePort), "--tablePort", Text(endpoints.TablePort),
            "--location", folder.Path, "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--loose",
        ];
        var accounts = $"{AzuriteEndpoints.Account}:{endpoints.Key}";
        return Setsid is not null
            ? StartWithSetsid(arguments, folder.LogFile, accounts)
            : await StartWithNodeAsync(arguments, folder.LogFile, accounts, cancellationToken);
    }

    /// <summary>Whether a process runs and is Node.js.</summary>
    public static bool IsRunning(int id)
    {
        using var process = Find(id);
        return process is not null;
    }

    /// <summary>Asks it to write its data and end; where there are no signals, ends it.</summary>
    public static void Terminate(int id)
    {
        using var process = Find(id);
        if (process is not null && (OperatingSystem.IsWindows() || Kill(id, SigTerm) != 0))
        {
            process.Kill();
        }
    }

    public static AzuriteException NodeMissing(string command, Exception? e = null) => new(
        $"'{command}' was not found. Without a storage account Drover uses Azurite, which needs Node.js 18 or newer with npm: install it (https://nodejs.org), "
        + "or set AzureWebJobsStorage to the connection string of a storage account.", e);

    private static Process StartWithSetsid(string[] arguments, string log, string accounts)
    {
        // It must not write into a pipe that ends with us. Ours to the shell are for nothing else than keeping the terminal out of it.
        var start = new ProcessStartInfo(Setsid!, ["sh", "-c", """umask 077; exec node "$@" </dev/null >>"$0" 2>&1""", log, .. arguments])
        {
            Environment = { [Accounts] = accounts },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (!IsOnPath("node"))
        {
            throw NodeMissing("node");
        }

        return Process.Start(start)!;
    }

    private static async Task<Process> StartWithNodeAsync(
        string[] arguments, string log, string accounts, CancellationToken cancellationToken)
    {
        try
        {
            using var launcher = Process.Start(
                new ProcessStartInfo("node", ["-e", Launcher, log, .. arguments])
                {
                    RedirectStandardOutput = true,
                    Environment = { [Accounts] = accounts },
                })!;
            var output = await launcher.StandardOutput.ReadToEndAsync(cancellationToken);
            await launcher.WaitForExitAsync(cancellationToken);
            return int.TryParse(output.Trim(), CultureInfo.InvariantCulture, out var id)
                ? Process.GetProcessById(id)
                : throw new AzuriteException($"Node.js could not start Azurite (exit code {launcher.ExitCode}).");
        }
        catch (Win32Exception e)
        {
            throw NodeMissing("node", e);
        }
        catch (ArgumentException e)
        {
            throw new AzuriteException($"Azurite ended at once; {log} says why.", e);
        }
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    // An id may have been given to another program meanwhile; only Node counts, which newer versions call MainThread.
    private static Process? Find(int id)
    {
        try
        {
            var process = Process.GetProcessById(id);
            if (!process.HasExited && process.ProcessName is "node" or "node.exe" or "nodejs" or "MainThread" && !IsZombie(id))
            {
                return process;
            }

            process.Dispose();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    // One that has ended and that nobody waits for, as in a container whose first process does not.
    private static bool IsZombie(int id)
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ReadAllText($"/proc/{id}/stat") is var stat
                && stat[(stat.LastIndexOf(')') + 1)..].StartsWith(" Z", StringComparison.Ordinal)
                && Directory.GetDirectories($"/proc/{id}/task").Length <= 1; // Until its last thread ends, its ports still answer.
        }
        catch (IOException)
        {
            return false; // It has gone meanwhile; the next look says so.
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
