namespace DurableTask.Sqlite.Tests;

/// <summary>
/// Random orchestrations, interrupted at random commits, again and again: each comes to the result and to the history of an uninterrupted
/// run.
/// </summary>
public sealed class RandomProgramTests
{
    private const int Programs = 5;

    [Theory]
    [InlineData(DurableHost.Live, 1)]
    [InlineData(DurableHost.Live, 2)]
    [InlineData(DurableHost.Live, 3)]
    [InlineData(DurableHost.Live, 4)]
    [InlineData(DurableHost.Replayed, 5)]
    [InlineData(DurableHost.Replayed, 6)]
    [InlineData(2, 7)]
    [InlineData(2, 8)]
    public async Task Restart_CrashedAtRandomCommits_ResultAndHistoryAreThoseOfAnUninterruptedRun(int cached, int seed)
    {
        var undisturbed = DurableHost.NewDatabase();
        var disturbed = DurableHost.NewDatabase();
        var random = new Random(seed);
        var expected = (await RunAsync(cached, undisturbed, seed, crashAt: null))!;

        var crashes = 0;
        IReadOnlyList<string>? actual;
        while ((actual = await RunAsync(cached, disturbed, seed, crashAt: random.Next(1, 12))) is null)
        {
            Assert.True(++crashes < 500, "It makes no progress.");
        }

        Assert.Equal(expected, actual);
        Assert.InRange(crashes, 1, 500);
        DurableHost.Delete(undisturbed);
        DurableHost.Delete(disturbed);
    }

    /// <summary>Runs until all have ended or the database fails at that commit; null for the latter.</summary>
    private static async Task<IReadOnlyList<string>?> RunAsync(int cached, string database, int seed, int? crashAt)
    {
        await using var host = new DurableHost(cached, database);
        RandomProgram.AddTo(host.Engine);
        await host.StartAsync();
        var commits = 0;
        host.Engine.Service.Store.CommitFault = () =>
        {
            if (Interlocked.Increment(ref commits) >= crashAt)
            {
                throw new IOException("The process was killed.");
            }
        };
        try
        {
            var ids = await RandomProgram.ScheduleAsync(host.Client, seed, Programs, DurableHost.Cancel);
            var all = Task.WhenAll(ids.Select(host.EndAsync));
            while (!all.IsCompleted && !host.Engine.Completion.IsFaulted)
            {
                await Task.WhenAny(all, host.Engine.Completion, Task.Delay(2, DurableHost.Cancel));
                host.Time.Advance(TimeSpan.FromMinutes(1));
            }

            return host.Engine.Completion.IsFaulted ? null : await RandomProgram.OutcomeAsync(host.Engine);
        }
        catch (DurableStoreException)
        {
            return null; // The crash met the client.
        }
    }
}
