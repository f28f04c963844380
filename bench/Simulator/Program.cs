using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Drover.Simulator.Bench;

var concurrency = new Option<int[]>("--concurrency") { DefaultValueFactory = _ => [50, 200, 1000], Description = "Workers." };
var latency =
    new Option<double[]>("--latency") { DefaultValueFactory = _ => [0, 50], Description = "The simulator's latency, in milliseconds." };
var seconds =
    new Option<int>("--seconds") { DefaultValueFactory = _ => 20, Description = "Length of a run, after a warm-up of a quarter of it." };
var command = new RootCommand("Requests per second of a bare HttpClient loop against the simulator in a process of its own.")
{
    concurrency, latency, seconds,
};
command.SetAction(async result =>
{
    var duration = TimeSpan.FromSeconds(result.GetValue(seconds));
    Console.WriteLine("latency  workers  requests/s   P50 ms   P99 ms  CPU s/1,000: client  simulator");
    foreach (var wait in result.GetValue(latency)!)
    {
        foreach (var workers in result.GetValue(concurrency)!)
        {
            using var simulator = SimulatorProcess.Start(wait);
            var load = new Load(simulator.Address);
            await load.RunAsync(workers, duration / 4);
            var (own, others, clock) = (Process.GetCurrentProcess().TotalProcessorTime, simulator.CpuTime, Stopwatch.StartNew());
            var latencies = await load.RunAsync(workers, duration);
            var rate = latencies.Length / clock.Elapsed.TotalSeconds;
            own = Process.GetCurrentProcess().TotalProcessorTime - own;
            others = simulator.CpuTime - others;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{wait,7}  {workers,7}  {rate,10:0}  {At(0.5),7:0.0}  {At(0.99),7:0.0}  {own.TotalSeconds * 1000 / latencies.Length,19:0.000}  {others.TotalSeconds * 1000 / latencies.Length,9:0.000}"));

            double At(double share) => latencies[(int)((latencies.Length - 1) * share)];
        }
    }
});
return await command.Parse(args).InvokeAsync();
