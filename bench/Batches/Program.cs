using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Drover.Bench;
using Drover.Simulator.Bench;

var concurrency = new Option<int[]>("--concurrency") { DefaultValueFactory = _ => [50, 200, 1000], Description = "Calls at once." };
var latency = new Option<double>("--latency") { DefaultValueFactory = _ => 50, Description = "The simulator's latency, in milliseconds." };
var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 25, Description = "About how long each run lasts." };
var items = new Option<int?>("--items") { Description = "The items of each run, instead of --seconds." };
var rpm = new Option<int>("--rpm") { Description = "A rate limit, at the simulator and for drover." };
var command = new RootCommand("'drover run' beside a bare HttpClient loop, both against the simulator in a process of its own.")
{
    concurrency, latency, seconds, items, rpm,
};
command.SetAction(async result =>
{
    var wait = result.GetValue(latency);
    var limit = result.GetValue(rpm);
    Console.WriteLine(
        "   at once      limit/s   bare loop/s  (CPU s/1,000)     drover/s  (CPU s/1,000)  peak MB   items  of limit  of bare  429s  repeated");
    foreach (var calls in result.GetValue(concurrency)!)
    {
        var allowed = limit > 0 ? Math.Min(limit / 60.0, calls * 1000 / wait) : calls * 1000 / wait;
        var (bare, bareCpu) = limit > 0 ? (double.NaN, double.NaN) : await BareAsync(calls, wait, result.GetValue(seconds));
        var count = result.GetValue(items) ?? (int)(Math.Min(allowed, double.IsNaN(bare) ? allowed : bare) * result.GetValue(seconds));
        using var simulator = SimulatorProcess.Start(wait, limit > 0 ? ["--rpm", limit.ToString(CultureInfo.InvariantCulture)] : []);
        var input = Input.Write(count);
        var run = await DroverRun.MeasureAsync(
            simulator.Address, input, count, calls, limit > 0 ? ["--rpm", limit.ToString(CultureInfo.InvariantCulture)] : []);
        File.Delete(input);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{calls,10}  {allowed,11:0}  {bare,12:0}  {bareCpu,14:0.000}  {run.ItemsPerSecond,11:0}  {run.CpuPerThousand,14:0.000}  {run.PeakMegabytes,7}  {count,6}  {run.ItemsPerSecond / allowed,8:0.0%}  {run.ItemsPerSecond / bare,7:0.0%}  {run.Rejected,4}  {run.Repeated,8}"));
    }

    static async Task<(double Rate, double Cpu)> BareAsync(int calls, double wait, int seconds)
    {
        using var simulator = SimulatorProcess.Start(wait);
        var load = new Load(simulator.Address);
        await load.RunAsync(calls, TimeSpan.FromSeconds(3));
        var (cpu, clock) = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.StartNew());
        var done = (await load.RunAsync(calls, TimeSpan.FromSeconds(seconds))).Length;
        return (done / clock.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds * 1000 / done);
    }
});
return await command.Parse(args).InvokeAsync();
