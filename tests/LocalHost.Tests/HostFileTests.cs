using System.Text.Json;
using System.Text.RegularExpressions;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>The files of this machine are for the batches of its command line, whoever goes on with them later.</summary>
public sealed partial class HostFileTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Run_ImagesThatAreFiles_ReadsThemAndSoDoesWhatTriesItAgain()
    {
        using var folder = new TestFolder();
        var names = new[] { "a.png", folder.File("b.png"), "c.png" };
        folder.Write("in.jsonl", string.Concat(names.Select((n, i) => JsonSerializer.Serialize(new { id = $"i{i}", image = n }) + "\n")));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());

        Picture("a.png");
        await using var run = Start("run", "in.jsonl", "--recipe", "vision", "--id", "seen");
        Assert.Equal(2, await run.EndAsync());
        Assert.Equal(1, simulator.Stats.Snapshot().Processed);

        Picture("b.png");
        await using var retry = Start("retry", "seen");
        await retry.EndAsync();
        Assert.Equal(2, simulator.Stats.Snapshot().Processed);

        Picture("c.png");
        await using var serve = Start("serve", "--port", "0");
        await Eventually.TrueAsync(() => Listening().IsMatch(serve.Errors), $"drover to listen; it says: {serve.Errors}");
        using var http = new HttpClient { BaseAddress = new Uri(Listening().Match(serve.Errors).Groups[1].Value) };
        using var answer = await http.PostAsync("/api/batches/seen/retry", null);
        answer.EnsureSuccessStatusCode();
        await Eventually.TrueAsync(
            async () => (await http.GetStringAsync("/api/batches/seen/results")).Count(c => c == '\n') == 3, "the third result");
        Assert.Equal(3, simulator.Stats.Snapshot().Processed);

        DroverProcess Start(params string[] arguments) =>
            DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, arguments);

        void Picture(string name) => File.WriteAllBytes(folder.File(name), Pictures.Png(20, 10, name[0]));
    }

    [GeneratedRegex(@"listens on (\S+)")]
    private static partial Regex Listening();
}
