using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Drover.LocalHost.Hosting;
using Drover.Settings;
using Drover.Simulator;
using Drover.Streams.Probes;
using Drover.Upstreams;
using Spectre.Console;

namespace Drover.LocalHost.Commands;

/// <summary><c>drover probe</c>: whether the upstream and its keys answer, and how soon its streams begin.</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        var streams = NumberOption.Create<int>(
            "--streams", "How many streams to measure.", "a whole number, 1 or more", least: 1, fallback: 20);
        var parallel = NumberOption.Create<int>(
            "--parallel", "How many of them at once.", "a whole number, 1 or more", least: 1, fallback: 1);
        var target = NumberOption.Create<double>(
            "--target", "Milliseconds that 95 of 100 first tokens are to come within.", "a number of milliseconds");
        var model = new Option<string?>("--model") { Description = "The model to ask." };
        var baseUrl = new Option<string?>("--base-url") { Description = "The OpenAI-compatible API." };
        var simulator = new Option<bool>("--simulator") { Description = "Measure the simulator." };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("probe", "Check the connection and the keys, and measure how soon streams begin.")
        {
            streams, parallel, target, model, baseUrl, simulator, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var report = await MeasureAsync(
                parsed.GetValue(baseUrl), parsed.GetValue(simulator), parsed.GetValue(model),
                parsed.GetValue(streams)!.Value, parsed.GetValue(parallel)!.Value, parsed.GetValue(target), cancellation);
            Show(report, parsed.GetValue(json));
            return report is { Errors.Count: 0, IsTargetMet: not false } ? ExitCodes.Done : ExitCodes.Incomplete;
        });
        return command;
    }

    private static async Task<ProbeReport> MeasureAsync(
        string? baseUrl, bool simulated, string? model, int streams, int parallel, double? target, CancellationToken cancellationToken)
    {
        var configuration = new ConfigurationManager();
        LocalSettings.AddTo(configuration);
        configuration["Drover:Upstream:BaseUrl"] = baseUrl ?? configuration["Drover:Upstream:BaseUrl"];
        var isWithoutKey = !simulated && HostOverrides.NeedsSimulator(new HostSetup(), configuration);
        if (isWithoutKey)
        {
            Terminal.Say("No API key is set (OPENAI_API_KEY), so the simulator is measured.");
        }

        await using var simulator = simulated || isWithoutKey
            ? await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 100, TokenDelay = 5 }, cancellationToken)
            : null;
        configuration.AddInMemoryCollection(
        [
            new("AzureWebJobsStorage", "UseDevelopmentStorage=true"), // Not used.
            new("Drover:Upstream:BaseUrl", simulator?.BaseAddress.ToString() ?? configuration["Drover:Upstream:BaseUrl"]),
            new("Drover:Upstream:ApiKey", simulator is null ? configuration["Drover:Upstream:ApiKey"] : "simulated"),
        ]);
        var options = Settings(configuration).Upstream;
        await using var probe = new StreamProbe(options, TimeProvider.System);
        var keys = (await probe.TestAsync(cancellationToken))
            .Select(r => r.Outcome == Outcome.Result ? "ok" : $"{r.Status} {r.ErrorCode}: {r.ErrorMessage}").ToList();
        var samples = new ProbeSample[keys.Contains("ok") ? streams : 0];
        await Parallel.ForAsync(
            0,
            samples.Length,
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken },
            async (i, token) => samples[i] = await probe.MeasureAsync(model ?? options.Model, token));
        var good = samples.Where(s => s.Error is null).ToList();
        var firstToken = ProbeTimes.Of(good.Select(s => s.FirstToken));
        return new ProbeReport(
            options.BaseUrl, keys, ProbeTimes.Of(good.Select(s => s.FirstByte)), firstToken, target,
            target is null ? null : good.Count > 0 && firstToken.P95 <= target,
            samples.Length == 0
                ? ["The connection test failed, so no stream was tried."]
                : [.. samples.Select(s => s.Error).OfType<string>()]);
    }

    private static DroverSettings Settings(IConfiguration configuration)
    {
        try
        {
            return DroverSettings.Read(configuration);
        }
        catch (DroverSettingsException e)
        {
            throw new CommandException(ExitCodes.Usage, e.Message);
        }
    }

    private static void Show(ProbeReport report, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report, ProbeReportJson.Default.ProbeReport));
            return;
        }

        foreach (var (i, key) in report.Keys.Index())
        {
            Terminal.Say($"{report.Upstream}, key {i + 1}: {key}");
        }

        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 200;
        }

        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("ms", "count", "min", "max", "mean", "median", "std dev", "P95", "P99");
        foreach (var (name, t) in new[] { ("first byte", report.FirstByteMs), ("first token", report.FirstTokenMs) })
        {
            table.AddRow(
                [
                    name, t.Count.ToString(CultureInfo.InvariantCulture),
                    .. new[] { t.Min, t.Max, t.Mean, t.Median, t.StandardDeviation, t.P95, t.P99 }.Select(Number)
                ]);
        }

        AnsiConsole.Write(table);
        if (report.IsTargetMet is { } met)
        {
            Terminal.Say($"Target: 95 of 100 first tokens within {Number(report.TargetMs!.Value)} ms: {(met ? "met" : "not met")}.");
        }

        foreach (var error in report.Errors.GroupBy(e => e))
        {
            Terminal.Say($"{error.Count()} streams did not come: {error.Key}");
        }
    }

    private static string Number(double milliseconds) => milliseconds.ToString("0.0", CultureInfo.InvariantCulture);
}
