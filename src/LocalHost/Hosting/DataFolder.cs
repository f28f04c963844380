using System.Diagnostics;
using System.Globalization;

namespace Drover.LocalHost.Hosting;

/// <summary>The folder <c>.drover</c>: all that Drover keeps on this machine. One process uses it at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private const string ReadMe =
        "Drover keeps its data here: Azurite's storage, the history of orchestrations, logs. It may be deleted when no batch is needed any more.\n";

    private const string HolderFile = "holder";

    private const string Looks = " looks";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    private readonly FileStream? _lock;

    private DataFolder(string path, FileStream? held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <summary>Whether this process is the one that uses the folder.</summary>
    public bool IsOurs => _lock is not null;

    public string AzuritePath => System.IO.Path.Combine(Path, "azurite");

    public string SpoolPath => System.IO.Path.Combine(Path, "spool");

    public string LogFile => System.IO.Path.Combine(Path, "drover.log");

    /// <summary>What the history in this folder goes by.</summary>
    public string Holder => File.ReadAllText(System.IO.Path.Combine(Path, HolderFile));

    /// <summary>
    /// Opens the folder, making it if need be; waits for one that only looks, such as <c>drover status</c>, which is soon gone.
    /// </summary>
    /// <param name="shared">Whether it will do when another process uses it, since we only look.</param>
    /// <exception cref="CommandException">It is no folder, cannot be written, or is in use.</exception>
    public static async Task<DataFolder> OpenAsync(string path, bool shared, CancellationToken cancellationToken)
    {
        path = System.IO.Path.GetFullPath(path);
        var owner = System.IO.Path.Combine(path, "drover.pid");
        try
        {
            var holder = System.IO.Path.Combine(path, HolderFile);
            Make(path, isOurs: File.Exists(holder));
            File.WriteAllText(System.IO.Path.Combine(path, "README"), ReadMe);
            if (!File.Exists(holder))
            {
                // Its id, and where it was when it was made: it may be moved.
                File.WriteAllText(holder + ".new", $"the data folder {path} on {Environment.MachineName} ({Guid.NewGuid():N})");
                File.Move(holder + ".new", holder, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                ExitCodes.Usage, $"The data folder '{path}' cannot be used: {e.Message} Move it away, or name another with --data.");
        }

        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var held = new FileStream(
                    System.IO.Path.Combine(path, "drover.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + (shared ? Looks : ""));
                return new DataFolder(path, held);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new CommandException(
                    ExitCodes.Usage, $"The data folder '{path}' cannot be used: {e.Message} Move it away, or name another with --data.");
            }
            catch (IOException) when (shared)
            {
                return new DataFolder(path, null);
            }
            catch (IOException)
            {
                // Who has just taken it may not have said so yet.
                var who = File.Exists(owner) ? File.ReadAllText(owner).Trim() : "";
                var isLooking = who.EndsWith(Looks, StringComparison.Ordinal);
                if (Stopwatch.GetElapsedTime(since) > (isLooking ? Patience : ShortPatience))
                {
                    who = who.Length == 0 ? "" : $" (process {who.Split(' ')[0]})";
                    throw new CommandException(
                        ExitCodes.Usage,
                        $"Another drover{who} uses the data folder '{path}'. Wait for it, stop it, or name another folder with --data.");
                }
            }

            await Task.Delay(BetweenLooks, cancellationToken);
        }
    }

    public void Dispose() => _lock?.Dispose();

    // A folder with other things in it, which somebody names with --data, is left as open as it is; what we put there is not.
    private static void Make(string path, bool isOurs)
    {
        OwnerOnly.Begin();
        if (isOurs || !Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any())
        {
            OwnerOnly.MakeFolder(path);
        }
    }
}
