using Drover.Functions.Tests.Hosting;
using Drover.Functions.Uploads;

namespace Drover.Functions.Tests.Uploads;

public sealed class ImageResultTests
{
    private const string Id = "images-1-results";

    [Fact]
    public async Task Run_BatchHasEnded_LooksOnce()
    {
        await using var host = Host(over: 1);

        await host.StartAsync(nameof(ImageResultOrchestrator), new ImageResultRun("images-1"), Id);
        await host.EndAsync(Id);

        Assert.Equal(["images-1"], host.Inputs<ImageResultRun>(nameof(WriteImageResults)).Select(r => r.BatchId));
    }

    [Fact]
    public async Task Run_BatchRuns_LooksSoonAtFirstAndThenLessOften()
    {
        await using var host = Host(over: 14);

        await host.StartAsync(nameof(ImageResultOrchestrator), new ImageResultRun("images-1"), Id);
        var waits = new List<double>();
        for (var look = 1; look < 14; look++)
        {
            waits.Add(Math.Round((await host.NextTimerAsync()).TotalSeconds, 1));
        }

        await host.EndAsync(Id);
        Assert.Equal([2, 3, 4.5, 6.8, 10.1, 15.2, 22.8, 34.2, 51.3, 76.9, 115.3, 120, 120], waits);
    }

    [Fact]
    public async Task Run_MoreThanFiftyLooks_GoesOnAsNewWithWhatIsWritten()
    {
        await using var host = Host(over: 52);

        await host.StartAsync(nameof(ImageResultOrchestrator), new ImageResultRun("images-1"), Id);
        var last = TimeSpan.Zero;
        for (var look = 1; look < 52; look++)
        {
            last = await host.NextTimerAsync();
        }

        await host.EndAsync(Id);
        Assert.Equal(50, (await host.InputAsync<ImageResultRun>(Id)).Done["0"]);
        Assert.Equal(
            Enumerable.Range(0, 52), host.Inputs<ImageResultRun>(nameof(WriteImageResults)).Select(r => r.Done.GetValueOrDefault("0")));
        Assert.Equal(TimeSpan.FromMinutes(2), last); // Not soon again.
    }

    private static OrchestratorHost Host(int over)
    {
        var (host, looks) = (new OrchestratorHost(), 0);
        host.Answer<ImageResultRun>(nameof(WriteImageResults), run =>
            run with { Done = new Dictionary<string, int> { ["0"] = ++looks }, IsOver = looks == over });
        return host;
    }
}
