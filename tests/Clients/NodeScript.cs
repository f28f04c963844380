using System.Diagnostics;
using Drover.LocalRuntime;

namespace Drover.Clients.Tests;

/// <summary>A script in <c>node/</c>, run with the packages that <c>npm/package-lock.json</c> names; it asserts by itself.</summary>
internal static class NodeScript
{
    public static async Task RunAsync(string name, Uri baseAddress, string key = "none", string argument = "")
    {
        var packages = await NpmInstall.EnsureAsync("clients", Path.Combine(AppContext.BaseDirectory, "npm"), () => { }, CancellationToken.None);
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "node", $"{name}.cjs"), argument])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = packages,
        };
        start.Environment["NODE_PATH"] = Path.Combine(packages, "node_modules");
        start.Environment["OPENAI_BASE_URL"] = baseAddress.ToString();
        start.Environment["OPENAI_API_KEY"] = key;
        using var node = Process.Start(start)!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await node.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill();
            Assert.Fail($"{name} did not end within a minute.");
        }

        Assert.True(node.ExitCode == 0, $"{name}:\n{await output}\n{await errors}");
    }
}
