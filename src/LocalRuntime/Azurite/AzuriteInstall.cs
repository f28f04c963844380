namespace Drover.LocalRuntime;

/// <summary>Installs Azurite from npm, once.</summary>
internal static class AzuriteInstall
{
    /// <summary>Installs it unless it is there; answers the script to run.</summary>
    /// <exception cref="AzuriteException">Node.js or npm is missing, or npm failed.</exception>
    public static async Task<string> EnsureAsync(Action<string> say, CancellationToken cancellationToken)
    {
        var folder = await NpmInstall.EnsureAsync(
            "azurite",
            Path.Combine(AppContext.BaseDirectory, "azurite"),
            () => say("Installing Azurite, the storage emulator, from npm (once) …"),
            cancellationToken);
        return Path.Combine(folder, "node_modules", "azurite", "dist", "src", "azurite.js");
    }
}
