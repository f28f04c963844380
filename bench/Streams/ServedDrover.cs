using System.Diagnostics;
using System.Text.RegularExpressions;
using Drover.LocalRuntime;

namespace Drover.Bench;

/// <summary><c>drover serve</c> as a process of its own, against a simulator, with an Azurite of its own.</summary>
internal sealed partial class ServedDrover : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("drover-bench-").FullName;
    private readonly Process _process;

    public ServedDrover(Uri simulator)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "drover.dll"), "serve", "--port", "0", "--concurrency", "5000", "--data", _folder])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["OPENAI_BASE_URL"] = new Uri(simulator, "/v1").ToString();
        start.Environment["OPENAI_API_KEY"] = "sk-bench";
        start.Environment["Drover__Streams__ReconnectDelay"] = "00:00:00.1";
        start.Environment["AzureWebJobsStorage"] = AzuriteEndpoints.Free().ConnectionString;
        _process = Process.Start(start)!;
        var listening = new TaskCompletionSource<Uri>();
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                listening.TrySetException(new InvalidOperationException("drover ended before it listened."));
            }
            else if (Listening().Match(line.Data) is { Success: true } match)
            {
                listening.TrySetResult(new Uri(match.Groups[1].Value));
            }
        };
        _process.BeginErrorReadLine();
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        Address = listening.Task.GetAwaiter().GetResult();
    }

    public Uri Address { get; }

    /// <summary>The process's memory now, in bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public void Dispose()
    {
        using (var term = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            term.WaitForExit();
        }

        _process.WaitForExit();
        _process.Dispose();
        AzuriteServer.WaitForEndAsync(Path.Combine(_folder, "azurite"), CancellationToken.None).GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex(@"listens on (http://\S+)")]
    private static partial Regex Listening();
}
