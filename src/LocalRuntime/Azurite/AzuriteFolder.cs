using System.Diagnostics;
using System.Globalization;

namespace Drover.LocalRuntime;

/// <summary>The folder of an Azurite: its data, and who it is and who uses it.</summary>
/// <remarks>
/// <code>
/// azurite.ports     where it listens, as a connection string
/// azurite.pid       its process
/// azurite.stopping  the process that was told to end, until it has
/// azurite.starting  locked by a program that looks for it, starts it or has it told to end; one at a time
/// azurite.users     locked, shared, by each program that uses it; the last one to go tells it to end
/// azurite.user.N.X  there while the program with the process id N uses it
/// </code>
/// The system frees the locks of a program that is killed. When none of the programs is there any more, Azurite ends by itself
/// (<c>lean.js</c>).
/// </remarks>
internal sealed class AzuriteFolder(string path)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string LogFile => FileOf("log");

    private string PidFile => FileOf("pid");

    private string StoppingFile => FileOf("stopping");

    private string PortsFile => FileOf("ports");

    /// <summary>The process that was started for this folder and not told to end, if it runs.</summary>
    public int? Running => RunningOf(PidFile);

    /// <summary>The process that was told to end, until it has.</summary>
    public int? Stopping => RunningOf(StoppingFile);

    /// <summary>Where it listened last.</summary>
    public AzuriteEndpoints? LastEndpoints => File.Exists(PortsFile) ? AzuriteEndpoints.Parse(File.ReadAllText(PortsFile)) : null;

    public void WriteEndpoints(AzuriteEndpoints endpoints)
    {
        Directory.CreateDirectory(Path);
        File.WriteAllText(PortsFile, endpoints.ConnectionString);
    }

    public void WriteRunning(int processId) => File.WriteAllText(PidFile, Text(processId));

    /// <summary>Says that its process is no longer to be used, before that is told to end.</summary>
    public void WriteStopping(int processId)
    {
        File.WriteAllText(StoppingFile, Text(processId));
        File.Delete(PidFile);
    }

    /// <summary>Waits until nobody else starts it or has it told to end.</summary>
    public async Task<IDisposable> LockStartAsync(Action<string> say, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path);
        return await TryAsync<IDisposable>(
            () => TryLock("starting", FileShare.None),
            () => $"Another drover starts the storage emulator of '{Path}'; waiting for it …",
            say, cancellationToken);
    }

    /// <summary>Counts us among its users; waits while the last of them has it told to end, which takes no time.</summary>
    public async Task<IDisposable> UseAsync(Action<string> say, CancellationToken cancellationToken)
    {
        // Before it is looked whether Azurite runs: it looks for this before it ends by itself.
        var name = FileOf($"user.{Text(Environment.ProcessId)}.{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(name, "", cancellationToken);
        try
        {
            var held = await TryAsync<IDisposable>(
                () => TryLock("users", FileShare.Read),
                () => $"Another drover stops the storage emulator of '{Path}'; waiting for it …",
                say, cancellationToken);
            return new Use(name, held);
        }
        catch
        {
            File.Delete(name);
            throw;
        }
    }

    /// <summary>While it is held, there are no users; null when there are some.</summary>
    public IDisposable? TryLockOutUsers() => TryLock("users", FileShare.None);

    /// <summary>Waits until the process that was told to end has written its data.</summary>
    /// <exception cref="AzuriteException">It does not end.</exception>
    public async Task WaitForStoppingAsync(TimeSpan limit, Action<string> say, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        await TryAsync<object>(
            () => Stopping is not { } id
                ? this
                : Stopwatch.GetElapsedTime(since) < limit
                    ? null
                    : throw new AzuriteException(
                        $"The Azurite of an earlier run (process {id}) was told to end {limit.TotalSeconds:0} s ago and still writes the data in '{Path}'. "
                        + $"Wait until it has ended, or end it with 'kill -9 {id}': its last five seconds may be lost then."),
            () => "The storage emulator of the run before still writes its data; waiting for it …",
            say,
            cancellationToken);
        if (File.Exists(StoppingFile))
        {
            File.Delete(StoppingFile);
        }
    }

    private static async Task<T> TryAsync<T>(
        Func<T?> attempt, Func<string> waiting, Action<string> say, CancellationToken cancellationToken)
        where T : class
    {
        var since = Stopwatch.GetTimestamp();
        for (var said = false; ;)
        {
            if (attempt() is { } done)
            {
                return done;
            }

            if (!said && Stopwatch.GetElapsedTime(since) > Silence)
            {
                said = true;
                say(waiting());
            }

            await Task.Delay(BetweenLooks, cancellationToken);
        }
    }

    private static int? RunningOf(string file) =>
        File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var id) && AzuriteProcess.IsRunning(id)
            ? id
            : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Use(string name, IDisposable held) : IDisposable
    {
        public void Dispose()
        {
            held.Dispose();
            File.Delete(name);
        }
    }

    private FileStream? TryLock(string name, FileShare share)
    {
        try
        {
            return new FileStream(FileOf(name), FileMode.OpenOrCreate, FileAccess.Read, share);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    private string FileOf(string ending) => System.IO.Path.Combine(Path, "azurite." + ending);
}
