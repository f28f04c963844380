using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Drover.Bench;
using Drover.LocalRuntime;
using Drover.Simulator.Bench;

var items = new Option<int>("--items") { DefaultValueFactory = _ => 10_000, Description = "The items of all processes together." };
var processes =
    new Option<int>("--processes")
    {
        DefaultValueFactory = _ => 4,
        Description = "How many processes share the budget; half of them are killed."
    };
var share =
    new Option<double>("--share") { DefaultValueFactory = _ => 0.6, Description = "For what part of the items the budget is to do." };
var latency = new Option<double>("--latency") { DefaultValueFactory = _ => 200, Description = "The simulator's latency, in milliseconds." };
var command = new RootCommand(
    "A day's budget that several 'drover run' share, half of them killed: what the simulator billed, beside the ledger.")
{
    items, processes, share, latency,
};
command.SetAction(async result =>
{
    var (count, most) = (result.GetValue(items), result.GetValue(processes));
    var folder = Directory.CreateTempSubdirectory("drover-bench-").FullName;
    using var simulator = SimulatorProcess.Start(result.GetValue(latency));
    using var http = new HttpClient { BaseAddress = simulator.Address };
    var storage = AzuriteEndpoints.Free();
    var azurite = await AzuriteServer.EnsureAsync(storage, Path.Combine(folder, "storage"), Console.WriteLine, CancellationToken.None);
    var shared = new SharedBudget(storage, http, simulator.Address, folder);

    var whole = await shared.PriceOfAsync(count);
    var limit = Math.Round(whole * (decimal)result.GetValue(share), 4);
    Say($"{count:N0} items would cost {whole:0.0000} USD; the budget of the day is {limit:0.0000} USD.");

    var runs = Enumerable.Range(0, most).Select(i => shared.Start(i, count / most, limit)).ToList();
    await shared.UntilAsync(() => shared.BilledAsync(), billed => billed > limit / 4);
    foreach (var run in runs.Take(most / 2))
    {
        run.Kill(); // SIGKILL
    }

    Say($"Killed {most / 2} of {most} when {await shared.BilledAsync():0.0000} USD were billed.");
    await shared.EndAsync(runs, limit);
    await shared.ReportAsync("Spent", limit);

    runs = [.. Enumerable.Range(0, most).Select(i => shared.Start(i, count / most, whole * 2))];
    await shared.EndAsync(runs, whole * 2);
    await shared.ReportAsync("Raised and finished", whole * 2);
    var stats = await http.GetFromJsonAsync<JsonElement>("/stats");
    Say($"Items billed: {stats.GetProperty("distinct")} of {count}; calls repeated: {stats.GetProperty("repeated")}; result lines: {shared.ResultLines():N0}; exit codes: {string.Join(", ", runs.Select(r => r.ExitCode))}.");
    runs.ForEach(r => r.Dispose());
    await azurite!.DisposeAsync(); // Before its folder goes.
    Directory.Delete(folder, recursive: true);

    static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
});
return await command.Parse(args).InvokeAsync();
