using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Drover.LocalRuntime;

/// <summary>Installs what a package folder's lock file names from npm, once for each content of that file.</summary>
internal static class NpmInstall
{
    /// <summary>Installs it unless it is there; answers the folder that has <c>node_modules</c>.</summary>
    /// <param name="name">A name for the folder.</param>
    /// <param name="packageFolder">Where <c>package.json</c> and <c>package-lock.json</c> are.</param>
    /// <param name="installing">Told when it takes a while.</param>
    /// <exception cref="AzuriteException">Node.js or npm is missing, or npm failed.</exception>
    public static async Task<string> EnsureAsync(string name, string packageFolder, Action installing, CancellationToken cancellationToken)
    {
        var folder = Folder(name, packageFolder);
        var marker = Path.Combine(folder, "installed");
        if (File.Exists(marker))
        {
            return folder;
        }

        Directory.CreateDirectory(folder);
        await using var held = await LockAsync(Path.Combine(folder, "lock"), cancellationToken);
        if (!File.Exists(marker))
        {
            installing();
            foreach (var file in new[] { "package.json", "package-lock.json" })
            {
                File.Copy(Path.Combine(packageFolder, file), Path.Combine(folder, file), overwrite: true);
            }

            await NpmAsync(name, folder, cancellationToken);
            await File.WriteAllTextAsync(marker, "", cancellationToken);
        }

        return folder;
    }

    private static string Folder(string name, string packageFolder)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(packageFolder, "package-lock.json"))))[..12];
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), "drover", $"{name}-{hash}");
    }

    private static async Task NpmAsync(string name, string folder, CancellationToken cancellationToken)
    {
        // npm is a script; only a shell finds it under both of its names on Windows.
        string[] arguments = ["ci", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"];
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd", ["/c", "npm", .. arguments])
            : new ProcessStartInfo("npm", arguments);
        start.WorkingDirectory = folder;
        start.RedirectStandardError = start.RedirectStandardOutput = true;
        try
        {
            using var npm = Process.Start(start)!;
            await using var end = cancellationToken.Register(() => npm.Kill(entireProcessTree: true));
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = npm.StandardError.ReadToEndAsync(cancellationToken);
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
            {
                throw new AzuriteException(
                    $"npm could not install {name} (exit code {npm.ExitCode}). What it said:{Environment.NewLine}{(await errors + await output).Trim()}");
            }
        }
        catch (Win32Exception e)
        {
            throw AzuriteProcess.NodeMissing("npm", e);
        }
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(200, cancellationToken); // Another process installs it.
            }
        }
    }
}
