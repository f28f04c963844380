using Drover.Functions.Tests.Hosting;
using Drover.Functions.Uploads;
using Drover.Uploads;

namespace Drover.Functions.Tests.Uploads;

public sealed class ImageGatherTests
{
    private const string Id = "image-gathering";

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Run_NoImageWaits_Ends()
    {
        await using var host = Host(_ => new Gathered(0, false, default));

        await StartAsync(host);
        await host.EndAsync(Id);

        Assert.Equal([nameof(GatherImages)], host.Activities);
    }

    [Fact]
    public async Task Run_ImagesKeepComing_WaitsAndThenStartsTheirBatch()
    {
        var waiting = new Queue<Gathered>([new(3, false, Wait), new(8, false, Wait), new(8, true, default), new(0, false, default)]);
        await using var host = Host(_ => waiting.Dequeue());

        await StartAsync(host);
        Assert.Equal(Wait, await host.NextTimerAsync());
        Assert.Equal(Wait, await host.NextTimerAsync());
        await host.EndAsync(Id);

        Assert.Equal(
            [nameof(GatherImages), nameof(GatherImages), nameof(GatherImages), nameof(StartImageBatch), nameof(GatherImages)],
            host.Activities);
        var looks = host.Inputs<Gathering>(nameof(GatherImages));
        Assert.Equal([(0, false), (3, false), (8, false), (0, false)], looks.Select(l => (l.Before, l.IsLast)));
        Assert.Equal([looks[2].BatchId], host.Inputs<string>(nameof(StartImageBatch)));
        Assert.Equal(4, looks.Select(l => l.BatchId).Distinct().Count());
        Assert.All(looks, l => Assert.Matches("^images-[0-9a-f]{32}$", l.BatchId));
    }

    [Fact]
    public async Task Run_ImagesNeverCease_TakesThemAtTheTwelfthLook()
    {
        var looks = 0;
        await using var host = Host(g => ++looks > 12 ? new Gathered(0, false, default) : new Gathered(looks, g.IsLast, Wait));

        await StartAsync(host);
        for (var look = 1; look < 12; look++)
        {
            await host.NextTimerAsync();
        }

        await host.EndAsync(Id);
        Assert.Equal([.. Enumerable.Repeat(false, 11), true, false], host.Inputs<Gathering>(nameof(GatherImages)).Select(g => g.IsLast));
        Assert.Single(host.Inputs<string>(nameof(StartImageBatch)));
    }

    [Fact]
    public async Task Run_StartingTheBatchThrows_IsTriedAgain()
    {
        var gathered = new Queue<Gathered>([new(1, true, default), new(0, false, default)]);
        await using var host = Host(_ => gathered.Dequeue());
        var starts = 0;
        host.Answer<string>(nameof(StartImageBatch), _ => ++starts == 1 ? throw new IOException("disk") : null);

        await StartAsync(host);
        Assert.Equal(TimeSpan.FromSeconds(2), await host.NextTimerAsync());
        await host.EndAsync(Id);

        Assert.Single(host.Inputs<string>(nameof(StartImageBatch)).Distinct());
        Assert.Equal(2, starts);
    }

    private static OrchestratorHost Host(Func<Gathering, Gathered> gather)
    {
        var host = new OrchestratorHost();
        host.Answer(nameof(GatherImages), (Gathering g) =>
        {
            host.Time.Advance(TimeSpan.FromMilliseconds(1)); // New ids come of the time, too.
            return gather(g);
        });
        host.Answer<string>(nameof(StartImageBatch), _ => null);
        return host;
    }

    private static Task StartAsync(OrchestratorHost host) => host.StartAsync(nameof(ImageGatherOrchestrator), null, Id);
}
