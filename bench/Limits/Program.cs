using System.CommandLine;
using System.Globalization;
using Drover.Limits.Bench;

var processes = new Option<int[]>("--processes") { DefaultValueFactory = _ => [2, 4], Description = "How many processes of drover." };
var rpm = new Option<int>("--rpm") { DefaultValueFactory = _ => 6000, Description = "The requests per minute that drover is told." };
var latency = new Option<double>("--latency") { DefaultValueFactory = _ => 50, Description = "The simulator's latency, in milliseconds." };
var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 30, Description = "How long the rate is measured." };
var command = new RootCommand(
    "Processes of 'drover run' that share a rate limit: how much of it they use, what a kill -9 costs, and a limit that is secretly half.")
{
    processes, rpm, latency, seconds,
};
command.SetAction(async result =>
{
    var rate = result.GetValue(rpm);
    foreach (var count in result.GetValue(processes)!)
    {
        await ShareAsync(count, rate, result.GetValue(latency), result.GetValue(seconds));
    }

    foreach (var count in new[] { 1, 2 })
    {
        await SecretAsync(count, rate, result.GetValue(latency));
    }
});
return await command.Parse(args).InvokeAsync();

static async Task ShareAsync(int count, int rate, double latency, int seconds)
{
    await using var fleet = await Fleet.StartAsync(count, rate, rate, rate * (seconds + 60) / 60, latency);
    await fleet.AcceptedAsync(rate / 60 * 10); // Started and compiled.
    await Task.Delay(TimeSpan.FromSeconds(seconds + 1));
    var measured = (await fleet.SecondsAsync())[^(seconds + 1)..^1];
    var refused = (await fleet.SecondsAsync()).Sum(s => s.Rejected);
    Say($"{count} processes, {rate} a minute: {measured.Sum(s => s.Accepted) / (rate / 60.0 * seconds):0.0%} of the rate over {seconds} s, {refused} 429s since the start");

    fleet.KillOne();
    var killed = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    await Task.Delay(TimeSpan.FromSeconds(13));
    var all = await fleet.SecondsAsync();
    Say($"  one killed: per second, from two seconds before: {string.Join(' ', all.Where(s => s.Second >= killed - 2).SkipLast(1).Select(s => s.Accepted))}; {all.Sum(s => s.Rejected) - refused} 429s");
}

static async Task SecretAsync(int count, int rate, double latency)
{
    await using var fleet = await Fleet.StartAsync(count, rate, rate / 2, rate * 2, latency);
    await fleet.AcceptedAsync(1);
    await Task.Delay(TimeSpan.FromSeconds(91));
    var all = await fleet.SecondsAsync();
    var windows = all.Chunk(10).Where(w => w.Length == 10).ToList();
    var perWindow = string.Join(
        ", ",
        windows.Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Average(s => s.Accepted):0.0} ({w.Sum(s => s.Rejected)})")));
    Say($"{count} processes told {rate} a minute, the limit is {rate / 2}: accepted per second (429s) in windows of 10 s: {perWindow}");
    var minute = all.Take(60).ToList();
    Say($"  wasted in the first minute: {minute.Sum(s => s.Rejected) / (double)minute.Sum(s => s.Accepted + s.Rejected):0.0%}");
}

static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
