using System.Diagnostics;
using System.Globalization;
using Drover.Durable.Bench;
using Microsoft.Data.Sqlite;

// What the durable engine carries, beside what the disk and the thread pool carry in the same run.
const int Window = 500;
if (args is ["victim", var database, var seed])
{
    await KillCampaign.VictimAsync(database, int.Parse(seed, CultureInfo.InvariantCulture));
    return 0;
}

var folder = Directory.CreateTempSubdirectory("drover-bench-");
try
{
    if (args is ["kill", var kills])
    {
        return await KillCampaign.RunAsync(int.Parse(kills, CultureInfo.InvariantCulture), folder.FullName);
    }

    await ActivitiesAsync(Window); // warm-up
    Console.WriteLine("growth (one orchestration that continues as new after each window of 500)");
    foreach (var count in new[] { 1_000, 10_000, 100_000 })
    {
        var elapsed = await ActivitiesAsync(count);
        Print($"  {count,7:N0} activities, peak working set {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB", count, elapsed);
    }

    Console.WriteLine();
    Print($"activities, in windows of {Window}", 10_000, await ActivitiesAsync(10_000));
    Print("orchestrations without an activity, 200 callers", 5_000, await OrchestrationsAsync(5_000, "Empty"));
    Print("orchestrations of one activity, 200 callers", 5_000, await OrchestrationsAsync(5_000, "One"));

    Console.WriteLine();
    Print("yardstick: one-row commits of bare SQLite (WAL, synchronous FULL)", 2_000, RawCommits(2_000));
    Print("yardstick: Task.Run fan-out, nothing kept", 1_000_000, await TaskFanOutAsync(1_000_000));
}
finally
{
    folder.Delete(recursive: true);
}

return 0;

async Task<TimeSpan> ActivitiesAsync(int count)
{
    await using var engine = Engine();
    engine.AddOrchestrator("Windows", typeof(int), async (context, input) =>
    {
        var left = (int)input!;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Window, left)).Select(i => context.CallActivityAsync<int>("Echo", i)).ToList());
        if (left > Window)
            context.ContinueAsNew(left - Window);
        return null;
    });
    await engine.StartAsync();
    var watch = Stopwatch.StartNew();
    var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Windows", count, CancellationToken.None);
    Check(await engine.Client.WaitForInstanceCompletionAsync(id, CancellationToken.None));
    return watch.Elapsed;
}

async Task<TimeSpan> OrchestrationsAsync(int count, string name)
{
    await using var engine = Engine();
    engine.AddOrchestrator("Empty", typeof(object), (_, _) => Task.FromResult<object?>(null));
    engine.AddOrchestrator("One", typeof(object), async (context, _) => await context.CallActivityAsync<int>("Echo", 1));
    await engine.StartAsync();
    var watch = Stopwatch.StartNew();
    await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 200 }, async (_, cancel) =>
    {
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync(name, cancel);
        Check(await engine.Client.WaitForInstanceCompletionAsync(id, cancel));
    });
    return watch.Elapsed;
}

DurableTaskEngine Engine()
{
    var engine = new DurableTaskEngine(new() { DatabasePath = Path.Combine(folder.FullName, $"{Guid.NewGuid():N}.db") });
    engine.AddActivity("Echo", typeof(int), (_, input, _) => Task.FromResult(input));
    return engine;
}

TimeSpan RawCommits(int count)
{
    SQLitePCL.Batteries_V2.Init();
    using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "raw.db")};Pooling=False");
    connection.Open();
    using var command = connection.CreateCommand();
    command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x TEXT)";
    command.ExecuteNonQuery();
    command.CommandText = "INSERT INTO t (x) VALUES ('a row')";
    var watch = Stopwatch.StartNew();
    for (var i = 0; i < count; i++)
        command.ExecuteNonQuery();
    return watch.Elapsed;
}

static async Task<TimeSpan> TaskFanOutAsync(int count)
{
    var watch = Stopwatch.StartNew();
    await Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => i)));
    return watch.Elapsed;
}

static void Check(OrchestrationMetadata end)
{
    if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
        throw new InvalidOperationException($"{end}: {end.FailureDetails}");
}

static void Print(string what, int count, TimeSpan elapsed) =>
    Console.WriteLine($"{what,-75} {elapsed.TotalSeconds,7:F2} s {count / elapsed.TotalSeconds,12:N0} /s");
