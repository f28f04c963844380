using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Drover.LocalRuntime;

namespace Drover.LocalHost.Tests;

/// <summary>The command as a real process.</summary>
internal sealed partial class DroverProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private DroverProcess(Process process) => _process = process;

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts <c>drover</c> in a folder, against a storage and (unless null) an upstream.</summary>
    public static DroverProcess Start(
        TestFolder folder, AzuriteEndpoints storage, Uri? upstream, IEnumerable<string> arguments,
        params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "drover.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (
            var name in start.Environment.Keys.Where(
                k => k.StartsWith("OPENAI_", StringComparison.Ordinal) || k.StartsWith("Drover", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["AzureWebJobsStorage"] = storage.ConnectionString;
        start.Environment["Drover__Storage__Container"] = ContainerOf(folder);
        if (upstream is not null)
        {
            start.Environment["OPENAI_BASE_URL"] = upstream.ToString();
            start.Environment["OPENAI_API_KEY"] = "sk-test";

            // At an address of one's own models cost what the settings say.
            start.Environment["Drover__Upstream__Free"] = "false";
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var drover = new DroverProcess(new Process { StartInfo = start });
        drover._process.OutputDataReceived += (_, line) => drover.Append(drover._output, line.Data);
        drover._process.ErrorDataReceived += (_, line) => drover.Append(drover._errors, line.Data);
        drover._process.Start();
        drover._process.BeginOutputReadLine();
        drover._process.BeginErrorReadLine();
        return drover;
    }

    /// <summary>The container of what runs in a folder, unless its environment names another.</summary>
    public static string ContainerOf(TestFolder folder) =>
        new DirectoryInfo(folder.Path).Name.ToLowerInvariant().Replace("drover-test-", "t", StringComparison.Ordinal);

    /// <summary>Waits for the end and answers the exit code.</summary>
    public async Task<int> EndAsync(int seconds = 120)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            Assert.Fail($"drover did not end within {seconds} s. What it said:\n{Output}\n{Errors}");
        }

        return _process.ExitCode;
    }

    /// <summary>Where it listens, once it does.</summary>
    public async Task<Uri> AddressAsync()
    {
        await Eventually.TrueAsync(() => Listening().IsMatch(Errors), $"drover to listen; it says: {Errors}");
        return new Uri(Listening().Match(Errors).Groups[1].Value);
    }

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends a signal, such as <c>INT</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
        }
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    [GeneratedRegex(@"listens on (http://\S+)")]
    private static partial Regex Listening();
}
