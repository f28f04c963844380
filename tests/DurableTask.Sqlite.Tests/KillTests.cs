using System.Diagnostics;

namespace DurableTask.Sqlite.Tests;

/// <summary>A process that runs the engine is killed hard in the middle of its work, twice; a third goes on.</summary>
public sealed class KillTests
{
    internal const string DatabaseVariable = "DROVER_TEST_KILL_DATABASE";
    private const int Activities = 400, Window = 50;

    [Fact]
    public async Task Restart_ProcessKilledTwice_FinishesAndLosesNothing()
    {
        var database = DurableHost.NewDatabase();
        var effects = database + ".effects";
        foreach (var killAt in new[] { 60, 220 })
        {
            using var victim = StartVictim(database);
            for (
                var deadline = DateTime.UtcNow + DurableHost.Limit; Effects(effects)
                    .Length < killAt; await Task.Delay(2, DurableHost.Cancel))
                Assert.True(!victim.HasExited && DateTime.UtcNow < deadline, "The victim did not get that far.");
            victim.Kill();
            await victim.WaitForExitAsync(DurableHost.Cancel);
        }

        OrchestrationMetadata end;
        await using (var host = await Host(database).StartAsync())
            end = await host.EndAsync("kill");
        var runs = Effects(effects).GroupBy(i => i).ToDictionary(g => g.Key, g => g.Count());

        Assert.Equal(Activities, end.ReadOutputAs<int>());
        Assert.Equal(Enumerable.Range(0, Activities), runs.Keys.Select(int.Parse).Order());
        Assert.All(runs.Values, n => Assert.InRange(n, 1, 3));
        Assert.InRange(runs.Values.Count(n => n > 1), 0, 2 * Window); // no window is done over as a whole but the one that ran
        DurableHost.Delete(database);
    }

    /// <summary>Not a test: what the killed process runs.</summary>
    [Fact(Explicit = true)]
    public async Task Victim()
    {
        if (Environment.GetEnvironmentVariable(DatabaseVariable) is not { } database)
            return;
        await using var host = await Host(database).StartAsync();
        if (await host.Client.GetInstanceAsync("kill", DurableHost.Cancel) is null)
            await host.Client.ScheduleNewOrchestrationInstanceAsync(
                "Windows", 0, new StartOrchestrationOptions("kill"), DurableHost.Cancel);
        await host.EndAsync("kill");
    }

    private static DurableHost Host(string database)
    {
        var gate = new Lock();
        var host = new DurableHost(database: database);
        host.Activity<int>("Effect", async (i, stop) =>
        {
            await Task.Delay(10, stop); // the work, so that a kill finds some of it under way
            lock (gate)
                File.AppendAllText(database + ".effects", $"{i}\n");
            return 1;
        });
        host.Orchestrator<int>("Windows", async c =>
        {
            var done = c.GetInput<int>();
            var counts = await Task.WhenAll(Enumerable.Range(done, Window).Select(i => c.CallActivityAsync<int>("Effect", i)).ToList());
            if (done + counts.Sum() == Activities)
                return Activities;
            c.ContinueAsNew(done + counts.Sum());
            return null;
        });
        return host;
    }

    private static Process StartVictim(string database)
    {
        var program = Path.ChangeExtension(typeof(KillTests).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        var start = new ProcessStartInfo(program, ["-explicit", "only", "-method", $"{typeof(KillTests).FullName}.{nameof(Victim)}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[DatabaseVariable] = database;
        var victim = Process.Start(start)!;
        victim.BeginOutputReadLine();
        victim.BeginErrorReadLine();
        return victim;
    }

    private static string[] Effects(string path)
    {
        if (!File.Exists(path))
            return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n')[..^1];
    }
}
