using System.Diagnostics;
using Drover.LocalRuntime;

namespace Drover.Clients.Tests;

/// <summary>A script in <c>node/</c>, run with the packages that <c>npm/package-lock.json</c> names; it asserts by itself.</summary>
internal static class NodeScript
{
    public static async Task RunAsync(string name, Uri baseAddress, string key = "none", string argument = "")
    {
        using var node = await StartAsync(name, argument, ("OPENAI_BASE_URL", baseAddress.ToString()), ("OPENAI_API_KEY", key));
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

    /// <summary>Starts one and leaves it running.</summary>
    public static async Task<Process> StartAsync(string name, string argument, params (string Name, string Value)[] environment)
    {
        var packages = await NpmInstall.EnsureAsync(
            "clients", Path.Combine(AppContext.BaseDirectory, "npm"), () => { }, CancellationToken.None);
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "node", $"{name}.cjs"), argument])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = packages,
        };
        start.Environment["NODE_PATH"] = Path.Combine(packages, "node_modules");
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        return Process.Start(start)!;
    }
}
