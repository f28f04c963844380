using Drover.Batches;
using Drover.Functions.Batches;
using DurableTask.Sqlite.Hosting;

namespace Drover.Functions.Tests.Batches;

public sealed class PurgeHistoryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_OldAndYoungOrchestrations_RemovesWhatHasEndedAndIsOld()
    {
        var folder = Directory.CreateTempSubdirectory("drover-purge-");
        var time = new ManualTime();
        await using (var engine = new DurableTaskEngine(new() { DatabasePath = Path.Combine(folder.FullName, "durable.db") }, time: time))
        {
            engine.AddOrchestrator("Good", typeof(object), (_, _) => Task.FromResult<object?>("done"));
            engine.AddOrchestrator("Bad", typeof(object), (_, _) => throw new IOException("disk"));
            engine.AddOrchestrator("Wait", typeof(object), async (c, _) => await c.WaitForExternalEvent<string>("never"));
            await engine.StartAsync();
            foreach (var (name, id) in new[] { ("Good", "old"), ("Bad", "failed"), ("Wait", "waits") })
            {
                await engine.Client.ScheduleNewOrchestrationInstanceAsync(name, new StartOrchestrationOptions(id), Cancel);
            }

            await engine.Client.WaitForInstanceCompletionAsync("old", Cancel);
            await engine.Client.WaitForInstanceCompletionAsync("failed", Cancel);
            await engine.Client.WaitForInstanceStartAsync("waits", Cancel);
            time.Advance(TimeSpan.FromDays(3));
            await engine.Client.ScheduleNewOrchestrationInstanceAsync("Good", new StartOrchestrationOptions("young"), Cancel);
            await engine.Client.WaitForInstanceCompletionAsync("young", Cancel);

            await new PurgeHistory(new BatchOptions { HistoryRetention = TimeSpan.FromDays(2) }, time)
                .RunAsync(new TimerInfo(), engine.Client, Cancel);

            var left = await engine.Client.GetAllInstancesAsync(new OrchestrationQuery()).Select(i => i.InstanceId).ToListAsync(Cancel);
            Assert.Equal(["waits", "young"], left);
        }

        folder.Delete(recursive: true);
    }
}
