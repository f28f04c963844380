using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Drover.Bench;
using Drover.Simulator.Bench;

var cuts = new Command("cuts", "200 streams, each cut one to three times: is the text that of the uncut answer?");
cuts.SetAction(async _ =>
{
    var (streams, same, next) = (0, 0, 0);
    foreach (var count in new[] { 1, 2, 3 })
    {
        using var simulator = SimulatorProcess.Start(
            20, "--fail-stream-cut", "1", "--most-faults", count.ToString(CultureInfo.InvariantCulture), "--token-delay", "2",
            "--answer-words", "120");
        using var drover = new ServedDrover(simulator.Address);
        using var client = new ChatClient(drover.Address);
        var numbers = Enumerable.Range(next, count == 1 ? 66 : 67).ToArray();
        next += numbers.Length;
        await Parallel.ForEachAsync(numbers, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, _) =>
        {
            var (text, _) = await client.StreamAsync(i);
            var uncut = await client.PlainAsync(i);
            Interlocked.Increment(ref streams);
            if (text == uncut)
            {
                Interlocked.Increment(ref same);
            }
            else
            {
                Console.WriteLine($"Stream {i}, cut {count} times, differs:\n  {text}\n  {uncut}");
            }
        });
    }

    Console.WriteLine($"{same} of {streams} streams are identical to the uncut answer.");
    return same == streams ? 0 : 1;
});

var parallel = new Option<int>("--parallel") { DefaultValueFactory = _ => 50 };
var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 25 };
var latency = new Command(
    "latency", "The time to the first byte through drover, beside asking the simulator directly, turn about.") { parallel, seconds };
latency.SetAction(async result =>
{
    using var simulator = SimulatorProcess.Start(200, "--token-delay", "20", "--answer-words", "20");
    using var drover = new ServedDrover(simulator.Address);
    using var direct = new ChatClient(simulator.Address);
    using var through = new ChatClient(drover.Address);
    using var stalls = new MachineStalls();
    await RunAsync(through, TimeSpan.FromSeconds(8), []); // Compilation.
    var (bare, relayed) = (new List<(long From, double First)>(), new List<(long From, double First)>());
    for (var i = 0; i < 4; i++)
    {
        await RunAsync(direct, TimeSpan.FromSeconds(result.GetValue(seconds) / 4.0), bare);
        await RunAsync(through, TimeSpan.FromSeconds(result.GetValue(seconds) / 4.0), relayed);
    }

    Write("All of them:", [.. bare.Select(s => s.First)], [.. relayed.Select(s => s.First)]);
    Write("Those during whose wait the machine did not stand still:", Undisturbed(bare), Undisturbed(relayed));

    List<double> Undisturbed(List<(long From, double First)> streams) =>
        [.. streams.Where(s => !stalls.Any(s.From, s.From + (long)(s.First * Stopwatch.Frequency / 1000))).Select(s => s.First)];

    async Task RunAsync(ChatClient client, TimeSpan time, List<(long From, double First)> into)
    {
        var until = DateTime.UtcNow + time;
        await Task.WhenAll(Enumerable.Range(0, result.GetValue(parallel)).Select(async worker =>
        {
            await Task.Delay(worker * 7); // Not all at the same moment.
            for (var i = worker; DateTime.UtcNow < until; i += 1000)
            {
                var from = Stopwatch.GetTimestamp();
                var (_, first) = await client.StreamAsync(i);
                lock (into)
                {
                    into.Add((from, first));
                }
            }
        }));
    }
});

var count = new Option<int>("--streams") { DefaultValueFactory = _ => 1000 };
var hold = new Command(
    "hold", "So many streams at once, a piece of text every second each: do all end whole, and what memory does one take?") { count };
hold.SetAction(async result =>
{
    using var simulator = SimulatorProcess.Start(100, "--token-delay", "1000", "--answer-words", "20");
    using var drover = new ServedDrover(simulator.Address);
    using var client = new ChatClient(drover.Address);
    await client.StreamAsync(0);
    var (before, peak) = (drover.Memory, 0L);
    var running = Task.WhenAll(Enumerable.Range(1, result.GetValue(count)).Select(async i => (await client.StreamAsync(i)).Text));
    while (!running.IsCompleted)
    {
        peak = Math.Max(peak, drover.Memory);
        await Task.WhenAny(running, Task.Delay(200));
    }

    using var direct = new ChatClient(simulator.Address);
    var texts = await running;
    var same = 0;
    for (var i = 0; i < texts.Length; i++)
    {
        same += texts[i] == await direct.PlainAsync(i + 1) ? 1 : 0;
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{same} of {texts.Length} whole; {before / 1e6:0} MB before, {peak / 1e6:0} MB at the most: {(peak - before) / 1e3 / texts.Length:0} KB a stream."));
});

return await new RootCommand(
    "Streams through 'drover serve', a process of its own, against the simulator in another.") { cuts, latency,
    hold }.Parse(args).InvokeAsync();

static void Write(string which, List<double> bare, List<double> relayed)
{
    Console.WriteLine($"{which}\n             streams   median ms   P95 ms   P99 ms");
    Console.WriteLine(Row("direct", bare));
    Console.WriteLine(Row("drover", relayed));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"added                 {At(relayed, 0.5) - At(bare, 0.5),10:0.00} {At(relayed, 0.95) - At(bare, 0.95),8:0.00} {At(relayed, 0.99) - At(bare, 0.99),8:0.00}"));
}

static double At(List<double> times, double share) => times.Order().ElementAt((int)((times.Count - 1) * share));

static string Row(string name, List<double> times) => string.Create(CultureInfo.InvariantCulture,
    $"{name,-12} {times.Count,7}  {At(times, 0.5),10:0.00} {At(times, 0.95),8:0.00} {At(times, 0.99),8:0.00}");
