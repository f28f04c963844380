using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Drover.LocalRuntime.Tests;

/// <summary>Azurite, in the version that the repository pins, on free ports and with a folder of its own.</summary>
internal sealed class AzuriteProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Published with Azurite; the same everywhere.
    private const string DevelopmentKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly int[] _ports = FreePorts(3);
    private readonly string _folder = Directory.CreateTempSubdirectory("drover-azurite-").FullName;
    private Process? _process;

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={DevelopmentKey};"
        + $"BlobEndpoint=http://127.0.0.1:{_ports[0]}/devstoreaccount1;QueueEndpoint=http://127.0.0.1:{_ports[1]}/devstoreaccount1;";

    public async Task StartAsync()
    {
        var azurite = await InstallAsync();
        _process = Start(
            "node", azurite,
            "--blobPort", $"{_ports[0]}", "--queuePort", $"{_ports[1]}", "--tablePort", $"{_ports[2]}",
            "--location", _folder, "--disableTelemetry", "--skipApiVersionCheck", "--silent", "--loose");
        using var limit = new CancellationTokenSource(Patience);
        foreach (var port in _ports[..2])
        {
            while (!await AcceptsAsync(port, limit.Token))
            {
                Assert.False(_process.HasExited, "Azurite ended at once.");
                await Task.Delay(20, limit.Token);
            }
        }
    }

    /// <summary>Ends Azurite as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Installs Azurite if it is not there; several test processes may come here at once.</summary>
    private static async Task<string> InstallAsync()
    {
        var tools = Path.Combine(RepositoryRoot(), "tools", "azurite");
        var script = Path.Combine(tools, "node_modules", "azurite", "dist", "src", "azurite.js");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        using var turn = await TakeTurnAsync(Path.Combine(Path.GetTempPath(), "drover-azurite-install.lock"), limit.Token);
        // npm writes this file last.
        if (!File.Exists(Path.Combine(tools, "node_modules", ".package-lock.json")) || !File.Exists(script))
        {
            using var npm = Start("npm", "ci", "--prefix", tools, "--no-audit", "--no-fund", "--silent");
            await npm.WaitForExitAsync(limit.Token);
            Assert.Equal(0, npm.ExitCode);
        }

        return script;
    }

    private static async Task<FileStream> TakeTurnAsync(string path, CancellationToken limit)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(100, limit);
            }
        }
    }

    /// <summary>Starts a program whose output nobody reads: were it to inherit ours, whoever reads that would wait for its end.</summary>
    private static Process Start(string file, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "tools", "azurite", "package.json")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }

    private static async Task<bool> AcceptsAsync(int port, CancellationToken limit)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, limit);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }
}
