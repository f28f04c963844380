using System.Diagnostics;
using DurableTask.Sqlite.Tests;

namespace Drover.Durable.Bench;

/// <summary>
/// Random orchestrations in a process that is killed hard, again and again; each must come to the result and history of an uninterrupted
/// run.
/// </summary>
internal static class KillCampaign
{
    private const int Programs = 30;

    /// <summary>Kills so often, over as many seeds as that takes; returns how many seeds came out wrong.</summary>
    public static async Task<int> RunAsync(int kills, string folder)
    {
        RandomProgram.Nap = TimeSpan.FromMilliseconds(20);
        var random = new Random(kills);
        var (done, wrong, watch) = (0, 0, Stopwatch.StartNew());
        for (var seed = 1; done < kills; seed++)
        {
            var database = Path.Combine(folder, $"killed-{seed}.db");
            var (expected, before) = (await UndisturbedAsync(Path.Combine(folder, $"whole-{seed}.db"), seed), done);
            while (done < kills && await IsKilledAsync(database, seed, random))
            {
                done++;
            }

            var actual = await UndisturbedAsync(database, seed); // Goes on where the last kill left it.
            var same = expected.SequenceEqual(actual);
            wrong += same ? 0 : 1;
            Console.WriteLine(
                $"seed {seed}: {done - before} kills, {expected.Count} lines of results and history, {(same ? "the same" : "DIFFERENT")}");
        }

        Console.WriteLine($"{done} kills in {watch.Elapsed.TotalSeconds:F0} s, {wrong} seeds with another result or history");
        return wrong;
    }

    /// <summary>What the killed process runs: to the end, then it ends by itself.</summary>
    public static async Task VictimAsync(string database, int seed)
    {
        RandomProgram.Nap = TimeSpan.FromMilliseconds(20);
        await using var engine = Engine(database);
        await engine.StartAsync();
        Console.WriteLine("started");
        await EndAsync(engine, seed);
    }

    private static async Task<IReadOnlyList<string>> UndisturbedAsync(string database, int seed)
    {
        await using var engine = Engine(database);
        await engine.StartAsync();
        await EndAsync(engine, seed);
        return await RandomProgram.OutcomeAsync(engine);
    }

    private static DurableTaskEngine Engine(string database)
    {
        var engine = new DurableTaskEngine(new() { DatabasePath = database });
        RandomProgram.AddTo(engine);
        return engine;
    }

    private static async Task EndAsync(DurableTaskEngine engine, int seed)
    {
        var ids = await RandomProgram.ScheduleAsync(engine.Client, seed, Programs, CancellationToken.None);
        await Task.WhenAll(ids.Select(id => engine.Client.WaitForInstanceCompletionAsync(id, CancellationToken.None)));
    }

    private static async Task<bool> IsKilledAsync(string database, int seed, Random random)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["victim", database, $"{seed}"]) { RedirectStandardOutput = true };
        using var victim = Process.Start(start)!;
        await victim.StandardOutput.ReadLineAsync();
        using var fuse = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(0, 250)));
        try
        {
            await victim.WaitForExitAsync(fuse.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            victim.Kill();
            await victim.WaitForExitAsync();
            return true;
        }
    }
}
