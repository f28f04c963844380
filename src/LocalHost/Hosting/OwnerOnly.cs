using System.Runtime.InteropServices;

namespace Drover.LocalHost.Hosting;

/// <summary>What Drover keeps is for its owner alone: on systems with modes, folders 0700 and files 0600.</summary>
internal static partial class OwnerOnly
{
    private const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode ForAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
        | UnixFileMode.OtherWrite;

    private static readonly UnixFileMode? Before = OperatingSystem.IsWindows() ? null : (UnixFileMode)Mask(0b000_111_111);

    /// <summary>From now on this process makes files and folders for their owner alone.</summary>
    public static void Begin() => _ = Before;

    /// <summary>Makes a folder that is for the owner alone, or closes one that is there, and what lies in it, to others.</summary>
    public static void MakeFolder(string path)
    {
        Begin();
        var isNew = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        if (OperatingSystem.IsWindows() || isNew || File.GetUnixFileMode(path) == Folder)
        {
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories))
        {
            if (new FileInfo(entry).LinkTarget is null)
            {
                File.SetUnixFileMode(entry, File.GetUnixFileMode(entry) & Folder);
            }
        }

        File.SetUnixFileMode(path, Folder);
    }

    /// <summary>Makes a folder that the user asked for, with the mode that the user's other folders have.</summary>
    public static void MakeSharedFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows() && Before is { } mask)
        {
            const UnixFileMode entering = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            File.SetUnixFileMode(path, (ForAll | entering) & ~mask);
        }
    }

    /// <summary>Gives a file that the user asked for the mode that the user's other files have.</summary>
    public static void Share(string path)
    {
        if (!OperatingSystem.IsWindows() && Before is { } mask)
        {
            File.SetUnixFileMode(path, ForAll & ~mask);
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial int Mask(int mask);
}
