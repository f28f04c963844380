using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Drover.LocalRuntime;

namespace Drover.Bench;

/// <summary>One <c>drover run</c> as a process of its own, against a simulator of its own, measured from outside.</summary>
internal sealed record DroverRun(
    double ItemsPerSecond, double CpuPerThousand, long PeakMegabytes, int ExitCode, long Rejected, long Repeated)
{
    public static async Task<DroverRun> MeasureAsync(Uri simulator, string input, int items, int concurrency, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("drover-bench-").FullName;
        try
        {
            using var http = new HttpClient { BaseAddress = simulator };
            await http.PostAsync("/stats/reset", null);
            using var drover = Start(
                simulator, folder, [input, "--concurrency", concurrency.ToString(CultureInfo.InvariantCulture), .. options]);
            Stopwatch? clock = null;
            var elapsed = TimeSpan.Zero;
            var (cpu, peak) = (TimeSpan.Zero, 0L);
            var stats = default(JsonElement);
            while (!drover.HasExited)
            {
                await Task.Delay(50);
                stats = await http.GetFromJsonAsync<JsonElement>("/stats");
                clock ??= Processed(stats) > 0 ? Stopwatch.StartNew() : null;
                elapsed = elapsed == TimeSpan.Zero && Processed(stats) >= items ? clock!.Elapsed : elapsed;
                drover.Refresh();
                if (!drover.HasExited)
                {
                    (cpu, peak) = (drover.TotalProcessorTime, Math.Max(peak, drover.PeakWorkingSet64));
                }
            }

            return new DroverRun(
                items / elapsed.TotalSeconds, cpu.TotalSeconds * 1000 / items, peak / 1_000_000, drover.ExitCode,
                stats.GetProperty("rejected").GetInt64(), stats.GetProperty("repeated").GetInt64());
        }
        finally
        {
            await AzuriteServer.WaitForEndAsync(Path.Combine(folder, "data", "azurite"), CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Processed(JsonElement stats) => stats.GetProperty("processed").GetInt64();

    private static Process Start(Uri simulator, string folder, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "drover.dll"), "run" }
            .Concat(arguments).Concat(["--data", Path.Combine(folder, "data"), "--output", folder]))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["OPENAI_BASE_URL"] = new Uri(simulator, "/v1").ToString();
        start.Environment["OPENAI_API_KEY"] = "sk-bench";
        start.Environment["AzureWebJobsStorage"] = AzuriteEndpoints.Free().ConnectionString;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }
}
