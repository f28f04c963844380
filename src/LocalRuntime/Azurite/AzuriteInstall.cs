using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Drover.LocalRuntime;

/// <summary>Installs Azurite from npm, once for each content of the lock file.</summary>
internal static class AzuriteInstall
{
    private static string PackageFolder => Path.Combine(AppContext.BaseDirectory, "azurite");

    /// <summary>Installs it unless it is there; answers the script to run.</summary>
    /// <exception cref="AzuriteException">Node.js or npm is missing, or npm failed.</exception>
    public static async Task<string> EnsureAsync(Action<string> say, CancellationToken cancellationToken)
    {
        var folder = Folder();
        var script = Path.Combine(folder, "node_modules", "azurite", "dist", "src", "azurite.js");
        var marker = Path.Combine(folder, "installed");
        if (File.Exists(marker))
        {
            return script;
        }

        Directory.CreateDirectory(folder);
        await using var held = await LockAsync(Path.Combine(folder, "lock"), cancellationToken);
        if (!File.Exists(marker))
        {
            say("Installing Azurite, the storage emulator, from npm (once) …");
            foreach (var file in new[] { "package.json", "package-lock.json" })
            {
                File.Copy(Path.Combine(PackageFolder, file), Path.Combine(folder, file), overwrite: true);
            }

            await NpmAsync(folder, cancellationToken);
            await File.WriteAllTextAsync(marker, "", cancellationToken);
        }

        return script;
    }

    private static string Folder()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(PackageFolder, "package-lock.json"))))[..12];
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), "drover", $"azurite-{hash}");
    }

    private static async Task NpmAsync(string folder, CancellationToken cancellationToken)
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
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = npm.StandardError.ReadToEndAsync(cancellationToken);
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
            {
                throw new AzuriteException(
                    $"npm could not install Azurite (exit code {npm.ExitCode}). What it said:{Environment.NewLine}{(await errors + await output).Trim()}");
            }
        }
        catch (Win32Exception e)
        {
            throw AzuriteServer.NodeMissing("npm", e);
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
