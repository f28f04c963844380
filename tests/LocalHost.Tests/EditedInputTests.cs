using System.Text.Json;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary><c>drover run</c> of a file that was edited: what is known is kept.</summary>
public sealed class EditedInputTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Run_OneLineChangedAndOneNew_CallsTheseAndKeepsTheRest()
    {
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        var sources = Enumerable.Range(0, 300).Select(i => Source($"i{i}", $"Text number {i}.")).ToList();
        Write(folder, sources);
        await RunAsync(folder, simulator);
        var before = File.ReadAllText(folder.File("in.results.jsonl"));

        sources[123] = Source("i123", "Another text.");
        sources.Insert(0, """{ "text": "A new one.", "id": "new" }""");
        sources[5] = """{ "priority": 9, "text": "Text number 4.",  "id": "i4" }"""; // Written otherwise, and asking for the same.
        Write(folder, sources);
        var said = await RunAsync(folder, simulator);

        Assert.Contains("299 of 301 are already answered; 2 to call.", said, StringComparison.Ordinal);
        Assert.Equal(302, simulator.Stats.Snapshot().Received);
        Assert.Equal(before, File.ReadAllText(folder.File("in.results.jsonl")));
        var lines = File.ReadLines(folder.File("in.2.results.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(
            Enumerable.Range(0, 300).Select(i => $"i{i}").Append("new").Order(),
            lines.Select(l => l.GetProperty("custom_id").GetString()).Order());
        Assert.Equal(299, lines.Count(IsCached));
        Assert.All(lines.Where(IsCached), l => Assert.Equal(0, l.GetProperty("drover").GetProperty("cost_usd").GetDecimal()));
        Assert.All(lines, l => Assert.Equal(JsonValueKind.Object, l.GetProperty("drover").GetProperty("data").ValueKind));

        await RunAsync(folder, simulator);
        Assert.Equal(302, simulator.Stats.Snapshot().Received); // The same again: it has all it needs, and its file.
        Assert.False(File.Exists(folder.File("in.3.results.jsonl")));
    }

    [Fact]
    public async Task Run_Fresh_CallsEverythingAndReplacesTheFile()
    {
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        folder.Write("in.jsonl", Inputs.Requests(50));
        await RunAsync(folder, simulator);
        File.WriteAllText(folder.File("in.results.jsonl"), "The user's own notes.\n");

        await RunAsync(folder, simulator);
        Assert.Equal("The user's own notes.\n", File.ReadAllText(folder.File("in.results.jsonl")));
        Assert.Equal(50, Inputs.IdsIn(folder.File("in.2.results.jsonl")).Count);
        Assert.Equal(50, simulator.Stats.Snapshot().Received);

        var said = await RunAsync(folder, simulator, "--fresh");
        Assert.DoesNotContain("already answered", said, StringComparison.Ordinal);
        Assert.Equal(100, simulator.Stats.Snapshot().Received);
        Inputs.AssertEachOnce(folder, "in", 50);

        await RunAsync(folder, simulator); // Goes with the one that was begun last.
        Assert.Equal(100, simulator.Stats.Snapshot().Received);
    }

    [Fact]
    public async Task Run_AfterItsErrorsWereMended_ReplacesTheFileByOneThatHasMore()
    {
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        folder.Write("in.jsonl", Inputs.Requests(20));
        await RunAsync(folder, simulator);
        var all = File.ReadAllLines(folder.File("in.results.jsonl"));
        File.WriteAllLines(folder.File("in.results.jsonl"), all[..7]);

        await RunAsync(folder, simulator);

        Assert.Equal(all, File.ReadAllLines(folder.File("in.results.jsonl")));
        Assert.False(File.Exists(folder.File("in.2.results.jsonl")));
    }

    [Fact]
    public async Task Run_AnotherModelRecipeOrPrompt_KnowsNothing()
    {
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        Write(folder, [.. Enumerable.Range(0, 10).Select(i => Source($"i{i}", $"Text number {i}."))]);
        await RunAsync(folder, simulator);

        await RunAsync(folder, simulator, "--model", "gpt-4.1-mini");
        Assert.Equal(20, simulator.Stats.Snapshot().Received);

        Directory.CreateDirectory(folder.File("prompts"));
        folder.Write("prompts/extract.txt", "Say what this is about: {{text}}");
        await RunAsync(folder, simulator, [], ("Drover__Recipes__Prompts", folder.File("prompts")));
        Assert.Equal(30, simulator.Stats.Snapshot().Received);

        await RunAsync(folder, simulator, [], ("Drover__Recipes__Prompts", folder.File("prompts")));
        Assert.Equal(30, simulator.Stats.Snapshot().Received);
    }

    [Fact]
    public async Task Run_KilledWhileItCarriesOver_GoesOnAndCallsOnlyWhatIsNew()
    {
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 5 });
        var sources = Enumerable.Range(0, 600).Select(i => Source($"i{i}", $"Text number {i}.")).ToList();
        Write(folder, sources);
        await RunAsync(folder, simulator);
        simulator.Options = simulator.Options with { Latency = 400 };
        sources[0] = Source("i0", "Another text.");
        Write(folder, sources);
        await using (var killed = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl"]))
        {
            await Eventually.TrueAsync(
                () => killed.Errors.Contains("599 of 600 are already answered; 1 to call.", StringComparison.Ordinal), "what is known");
            await killed.KillAsync();
        }

        var said = await RunAsync(folder, simulator);

        Assert.Contains("completed: 600 results, 0 errors", said, StringComparison.Ordinal);
        Assert.InRange(simulator.Stats.Snapshot().Received, 601, 602); // The one under way at the kill may be made again.
        Assert.Equal(
            Enumerable.Range(0, 600).Select(i => $"i{i}").Order(), Inputs.IdsIn(folder.File("in.2.results.jsonl")).Order());
    }

    [Fact]
    public async Task Run_AnImageFileReplacedSince_IsAskedAgain()
    {
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        var photographs = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "photographs"), "*.jpg");
        foreach (var name in (string[])["a.jpg", "b.jpg"])
        {
            File.Copy(photographs[0], folder.File(name));
            File.SetLastWriteTimeUtc(folder.File(name), DateTime.UtcNow.AddDays(-1));
        }

        Write(folder, ["""{"id":"a","image":"a.jpg"}""", """{"id":"b","image":"b.jpg"}"""]);
        await RunAsync(folder, simulator, "--recipe", "vision");
        File.Copy(photographs[1], folder.File("b.jpg"), overwrite: true);
        File.SetLastWriteTimeUtc(folder.File("b.jpg"), DateTime.UtcNow);
        Write(folder, ["""{"id":"b","image":"b.jpg"}""", """{"id":"a","image":"a.jpg"}"""]);

        var said = await RunAsync(folder, simulator, "--recipe", "vision");

        Assert.Contains("1 of 2 are already answered; 1 to call.", said, StringComparison.Ordinal);
        Assert.Equal(3, simulator.Stats.Snapshot().Received);
    }

    private static bool IsCached(JsonElement line) => line.GetProperty("drover").TryGetProperty("cached", out _);

    private static string Source(string id, string text) => JsonSerializer.Serialize(new { id, text });

    private static void Write(TestFolder folder, List<string> lines) => File.WriteAllLines(folder.File("in.jsonl"), lines);

    private Task<string> RunAsync(TestFolder folder, SimulatorServer simulator, params string[] more) =>
        RunAsync(folder, simulator, more, null);

    private async Task<string> RunAsync(
        TestFolder folder, SimulatorServer simulator, string[] more, (string Name, string Value)? setting)
    {
        await using var drover = DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", .. more],
            [.. new[] { setting }.OfType<(string, string)>()]);
        Assert.True(await drover.EndAsync() == 0, drover.Errors);
        return drover.Errors;
    }
}
