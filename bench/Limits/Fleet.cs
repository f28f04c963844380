using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Drover.Bench;
using Drover.LocalRuntime;
using Drover.Simulator.Bench;

namespace Drover.Limits.Bench;

/// <summary>
/// Several <c>drover run</c>, each a process with a batch and a data folder of its own, on one storage and one simulator.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drover-limits-");
    private readonly List<Process> _processes = [];
    private readonly SimulatorProcess _simulator;
    private readonly HttpClient _http;
    private AzuriteServer? _azurite;

    private Fleet(SimulatorProcess simulator) => (_simulator, _http) = (simulator, new HttpClient { BaseAddress = simulator.Address });

    public static async Task<Fleet> StartAsync(int processes, int rpm, int trueRpm, int items, double latency)
    {
        var fleet = new Fleet(SimulatorProcess.Start(latency, "--hide-limits", "--rpm", trueRpm.ToString(CultureInfo.InvariantCulture)));
        var endpoints = AzuriteEndpoints.Free();
        fleet._azurite = await AzuriteServer.EnsureAsync(
            endpoints, Path.Combine(fleet._folder.FullName, "azurite"), _ => { }, CancellationToken.None);
        var input = Input.Write(items);
        for (var i = 0; i < processes; i++)
        {
            var folder = Path.Combine(fleet._folder.FullName, $"p{i}");
            Directory.CreateDirectory(folder);
            var start = new ProcessStartInfo("dotnet", [
                Path.Combine(AppContext.BaseDirectory, "drover.dll"), "run", input, "--id", $"fleet-{i}", "--data", folder, "--output",
                folder,
                "--concurrency", "100", "--rpm", rpm.ToString(CultureInfo.InvariantCulture)])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            start.Environment["OPENAI_BASE_URL"] = new Uri(fleet._simulator.Address, "/v1").ToString();
            start.Environment["OPENAI_API_KEY"] = "sk-bench";
            start.Environment["AzureWebJobsStorage"] = endpoints.ConnectionString;
            var process = Process.Start(start)!;
            process.BeginErrorReadLine();
            process.BeginOutputReadLine();
            fleet._processes.Add(process);
        }

        return fleet;
    }

    /// <summary>The simulator's seconds: accepted and refused calls.</summary>
    public async Task<List<(long Second, int Accepted, int Rejected)>> SecondsAsync() =>
        [.. (await _http.GetFromJsonAsync<JsonElement>("/stats")).GetProperty("seconds").EnumerateArray().Select(s =>
            (s.GetProperty("second").GetInt64(), s.GetProperty("accepted").GetInt32(), s.GetProperty("rejected").GetInt32()))];

    /// <summary>Waits until that many calls have been accepted.</summary>
    public async Task AcceptedAsync(int calls)
    {
        while ((await SecondsAsync()).Sum(s => s.Accepted) < calls)
        {
            if (_processes.All(p => p.HasExited))
            {
                throw new InvalidOperationException(
                    $"All of drover has ended, with {string.Join(", ", _processes.Select(p => p.ExitCode))}.");
            }

            await Task.Delay(100);
        }
    }

    /// <summary>kill -9.</summary>
    public void KillOne() => _processes[0].Kill();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _http.Dispose();
        _simulator.Dispose();
        await _azurite!.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
