using System.Text.Json;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary><c>drover run</c> as its users meet it.</summary>
public sealed class RunTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Run_TheSampleWithoutAKey_SettlesEverySourceFromTheSimulator()
    {
        using var folder = new TestFolder();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "samples", "sources.jsonl"), folder.File("sources.jsonl"));
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, null, ["run", "sources.jsonl"]);

        Assert.Equal(0, await drover.EndAsync());

        Assert.Contains("the answers come from the simulator", drover.Errors, StringComparison.Ordinal);
        Assert.Contains("completed: 100 results, 0 errors", drover.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("sources.errors.jsonl")));
        var lines = File.ReadAllLines(folder.File("sources.results.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(
            File.ReadLines(folder.File("sources.jsonl"))
                .Select(l => JsonDocument.Parse(l).RootElement.GetProperty("id").GetString()).Order(),
            lines.Select(l => l.GetProperty("custom_id").GetString()).Order());
        Assert.All(lines, AssertExtracted);
    }

    [Fact]
    public async Task Run_AgainAfterTheEnd_CallsNothing()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(50));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        await RunAsync(folder, simulator, 0);
        File.Delete(folder.File("in.results.jsonl"));

        await RunAsync(folder, simulator, 0);

        Assert.Equal(50, simulator.Stats.Snapshot().Received);
        Inputs.AssertEachOnce(folder, "in", 50);
    }

    [Fact]
    public async Task Run_SourcesWithPriorities_CallsTheHigherOnesFirst()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", string.Concat(Enumerable.Range(0, 60).Select(
            i => $$"""{"id":"i{{i}}","text":"text number {{i}}","priority":{{i % 3}}}""" + "\n")));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 5 });
        await RunAsync(folder, simulator, 0, "--concurrency", "1");

        // The order of calls shows in the ids that the simulator gives, which carry no time; so ask Drover: one shard per priority.
        await using var results = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["results", Id(folder)]);
        Assert.Equal(0, await results.EndAsync());
        var order = results.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => l.StartsWith('{')).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("custom_id").GetString()!)
            .Select(id => int.Parse(id[1..], System.Globalization.CultureInfo.InvariantCulture) % 3).ToList();
        Assert.Equal([.. Enumerable.Repeat(2, 20), .. Enumerable.Repeat(1, 20), .. Enumerable.Repeat(0, 20)], order);
    }

    [Fact]
    public async Task Run_WithFaultsOfEveryPassingKind_EndsWithAResultForEveryItem()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(2000));
        await using var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions
            {
                Latency = 20,
                Fail500 = 0.03,
                FailResetBefore = 0.01,
                FailResetAfter = 0.01,
                Fail429 = 0.002,
                RetryAfter = 0.2
            });

        await RunAsync(folder, simulator, 0);

        Inputs.AssertEachOnce(folder, "in", 2000);
        Assert.False(File.Exists(folder.File("in.errors.jsonl")));
        Assert.True(simulator.Stats.Snapshot().Faults.Values.Sum() > 50, "The simulator must have struck for this to mean anything.");
    }

    [Fact]
    public async Task Run_UnderARateLimit_MeetsNo429()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(500));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 50, Rpm = 6000 });

        await RunAsync(folder, simulator, 0, "--rpm", "6000");

        Assert.Equal(0, simulator.Stats.Snapshot().Rejected);
        Inputs.AssertEachOnce(folder, "in", 500);
    }

    [Fact]
    public async Task Run_WithAWrongKey_StopsAfterAFewCallsAndGoesOnWhenItIsMended()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(5000));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Keys = ["sk-right"] });
        await using var wrong = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl"]);

        Assert.Equal(3, await wrong.EndAsync());

        Assert.Contains("stopped", wrong.Errors, StringComparison.Ordinal);
        Assert.Contains("refused the API key (401 invalid_api_key)", wrong.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", wrong.Errors + File.ReadAllText(folder.File(".drover/drover.log")), StringComparison.Ordinal);
        Assert.InRange(simulator.Stats.Snapshot().Received, 1, 30);

        await using var right = DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl"], ("OPENAI_API_KEY", "sk-right"));
        Assert.Equal(0, await right.EndAsync());
        Inputs.AssertEachOnce(folder, "in", 5000);
    }

    [Fact]
    public async Task Run_AModelThatTheUpstreamDoesNotKnow_StopsWithTheReasonAndCanBeCancelled()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", string.Concat(Enumerable.Range(0, 3000).Select(i => $$"""{"id":"i{{i}}","text":"text {{i}}"}""" + "\n")));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 10 });

        await using var drover = DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", "--id", "m", "--model", "gpt-nonesuch"],
            ("Drover__Models__default__Input", "1"), ("Drover__Models__default__Output", "1"));

        Assert.Equal(3, await drover.EndAsync());
        Assert.Contains("does not know the model 'gpt-nonesuch'", drover.Errors, StringComparison.Ordinal);
        var received = simulator.Stats.Snapshot().Received;
        Assert.InRange(received, 1, 300);

        await using var cancel = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["cancel", "m"]);
        Assert.Equal(0, await cancel.EndAsync());
        await using var closed = DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", "--id", "m", "--model", "gpt-nonesuch"],
            ("Drover__Models__default__Input", "1"), ("Drover__Models__default__Output", "1"));
        Assert.Equal(3, await closed.EndAsync());
        Assert.Contains("cancelled", closed.Errors, StringComparison.Ordinal);
        Assert.Equal(
            3000, File.ReadLines(folder.File("in.errors.jsonl")).Count(l => l.Contains("batch_cancelled", StringComparison.Ordinal)));
        Assert.Equal(received, simulator.Stats.Snapshot().Received);
    }

    [Fact]
    public async Task Run_ModelsChosenItemByItem_AreThoseThatTheSourcesAskFor()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", """
            {"id":"as the batch","text":"One."}
            {"id":"hard","text":"Two.","complexity":"high"}
            {"id":"fast","text":"Three.","prefer":"speed"}
            {"id":"its own","text":"Four.","model":"gpt-4o"}
            {"id":"unknown","text":"Five.","model":"gpt-nonesuch"}
            """);
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, null, ["run", "in.jsonl", "--prefer", "budget"]);

        Assert.Equal(2, await drover.EndAsync());

        Assert.Equal(
            [("as the batch", "deepseek-v3.2"), ("fast", "gpt-4.1-nano"), ("hard", "claude-sonnet-4.5"), ("its own", "gpt-4o")],
            File.ReadAllLines(folder.File("in.results.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)
                .Select(l => (l.GetProperty("custom_id").GetString(), l.GetProperty("drover").GetProperty("model").GetString())).Order());
        Assert.Contains("\"code\":\"model_not_found\"", File.ReadAllText(folder.File("in.errors.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LinesOfEveryBadKind_AreErrorsByNumberAndTheRestGoesOn()
    {
        using var folder = new TestFolder();
        var source = """{"id":"i0","text":"good"}""";
        folder.Write("in.jsonl", string.Join("\r\n", [
            "\uFEFF" + source, "not json", "[1]", """{"text":"no id"}""", source, "", """{"id":"i1"}""",
            """{"id":"i2","text":"x","priority":"high"}""", """{"custom_id":"i3","url":"/v1/images","body":{}}""",
            """{"id":"big","text":" """ + new string('x', 20_000_000) + "\"}", """{"id":"i4","text":"last, without a line end"}"""]));
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());

        await RunAsync(folder, simulator, 2);

        Assert.Equal(["i0", "i4"], Inputs.IdsIn(folder.File("in.results.jsonl")).Order());
        var errors = File.ReadAllLines(folder.File("in.errors.jsonl")).Select(
            l => JsonDocument.Parse(l).RootElement.GetProperty("error")).ToList();
        Assert.Equal(
            [
                (2, "invalid_json_line"), (3, "invalid_json_line"), (4, "invalid_request"), (5, "duplicate_custom_id"),
                (7, "invalid_request"),
                (8, "invalid_request"), (9, "invalid_url"), (10, "line_too_long"),
            ],
            errors.Select(e => (e.GetProperty("line").GetInt32(), e.GetProperty("code").GetString()!)));
        Assert.All(
            errors,
            e => Assert.StartsWith($"Line {e.GetProperty("line")}: ", e.GetProperty("message").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_ItemsThatFail_EndsWithTheCommonestCodesAndErrorsListsThem()
    {
        using var folder = new TestFolder();
        var unknown = Inputs.Requests(30, "gpt-nonesuch").Replace("\"custom_id\":\"i", "\"custom_id\":\"u", StringComparison.Ordinal);
        folder.Write("in.jsonl", Inputs.Requests(10) + unknown + "no json\n");
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());

        var errors = await RunAsync(folder, simulator, 2, "--id", "e");

        Assert.Contains("31 errors of 41 items", errors, StringComparison.Ordinal);
        Assert.Matches(@"30\s+model_not_found\s+\S+\s+\S+", errors);
        Assert.Matches(@"1\s+invalid_json_line\s+line 41\s+Line 41", errors);
        await using var grouped = DroverProcess.Start(folder, azurite.Endpoints, null, ["errors", "e"]);
        Assert.Equal(0, await grouped.EndAsync());
        Assert.Matches(@"30\s+model_not_found", grouped.Output);
        await using var ids = DroverProcess.Start(folder, azurite.Endpoints, null, ["errors", "e", "--code", "model_not_found"]);
        Assert.Equal(0, await ids.EndAsync());
        Assert.Equal(30, ids.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Run_ABatchThatBeganElsewhere_IsRefusedUntilItIsMovedByName()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(300));
        folder.Write("other.jsonl", Inputs.Requests(1));
        await using var first = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 200 });
        await using var killed = DroverProcess.Start(
            folder, azurite.Endpoints, first.BaseAddress, ["run", "in.jsonl", "--id", "began", "--concurrency", "5"]);
        await Eventually.TrueAsync(() => first.Stats.Snapshot().Processed > 80, "some items");
        await killed.KillAsync();

        // Another file without a key: neither finished with made-up answers, nor said to be.
        await using var other = DroverProcess.Start(folder, azurite.Endpoints, null, ["run", "other.jsonl"]);
        Assert.Equal(0, await other.EndAsync());
        Assert.Contains("1 other unfinished batch of this data folder not run now: began.", other.Errors, StringComparison.Ordinal);
        Assert.Contains("simulated: the answers are made up", other.Errors, StringComparison.Ordinal);
        Assert.Contains("\"simulated\":true", File.ReadAllText(folder.File("other.results.jsonl")), StringComparison.Ordinal);

        await using var all = DroverProcess.Start(folder, azurite.Endpoints, null, ["run", "in.jsonl", "--id", "began", "--all"]);
        Assert.Equal(64, await all.EndAsync());
        Assert.Contains($"it began with {first.BaseAddress.ToString().TrimEnd('/')}", all.Errors, StringComparison.Ordinal);
        Assert.Contains("--move-upstream", all.Errors, StringComparison.Ordinal);

        await using var second = await SimulatorServer.StartAsync(new SimulatorOptions());
        await using var moved = DroverProcess.Start(
            folder, azurite.Endpoints, second.BaseAddress, ["run", "in.jsonl", "--id", "began", "--move-upstream"]);
        Assert.Equal(0, await moved.EndAsync());
        Inputs.AssertEachOnce(folder, "in", 300);
        Assert.DoesNotContain("simulated", File.ReadAllText(folder.File("in.results.jsonl")), StringComparison.Ordinal);
        Assert.InRange(second.Stats.Snapshot().Received, 1, 225);
    }

    [Fact]
    public async Task Run_AModelWithoutAPrice_RunsAtAnUnknownCostAndAtAnAddressOfOnesOwnAtNone()
    {
        using var folder = new TestFolder();
        folder.Write("in.jsonl", Inputs.Requests(3, "llama3.2"));
        await using var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions { Models = [new SimulatedModel("llama3.2", 1, 1)] });
        foreach (var (free, words, cost) in new[] { ("true", "models cost nothing", "$0.0000"), ("false", "answers from", "cost unknown") })
        {
            await using var drover = DroverProcess.Start(
                folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", "--fresh"], ("Drover__Upstream__Free", free));
            Assert.True(await drover.EndAsync() == 0, drover.Errors);
            Assert.Contains(words, drover.Errors, StringComparison.Ordinal);
            Assert.Contains(cost, drover.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_AFileBesideAnUnfinishedPlayBatch_CallsForThatFileOnly()
    {
        using var folder = new TestFolder();
        folder.Write("play.jsonl", Inputs.Requests(2000));
        folder.Write("in.jsonl", Inputs.Requests(1));
        await using var killed = DroverProcess.Start(
            folder, azurite.Endpoints, null, ["run", "play.jsonl", "--id", "play", "--concurrency", "5"]);
        await Eventually.TrueAsync(() => killed.Errors.Contains("done", StringComparison.Ordinal), "it runs");
        await killed.KillAsync();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 1000 });

        var errors = await RunAsync(folder, simulator, 0);

        Assert.Contains("not run now: play.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("simulated", errors, StringComparison.Ordinal);
        Assert.Equal(1, simulator.Stats.Snapshot().Received);
        await using var status = DroverProcess.Start(folder, azurite.Endpoints, null, ["status", "play", "--json"]);
        Assert.Equal(0, await status.EndAsync());
        Assert.Contains("\"simulated\":true", status.Output, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(TestFolder folder, SimulatorServer simulator, int exitCode, params string[] options)
    {
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", .. options]);
        var code = await drover.EndAsync();
        Assert.True(code == exitCode, $"Exit code {code} instead of {exitCode}:\n{drover.Errors}");
        return drover.Errors;
    }

    // The id is in the name of the database's instances; the command prints it nowhere, so ask it.
    private string Id(TestFolder folder)
    {
        var status = DroverProcess.Start(folder, azurite.Endpoints, null, ["status", "--json"]);
        Assert.Equal(0, status.EndAsync().GetAwaiter().GetResult());
        return JsonDocument.Parse(status.Output.Split('\n').First(l => l.StartsWith('{'))).RootElement.GetProperty("id").GetString()!;
    }

    private static void AssertExtracted(JsonElement line)
    {
        var drover = line.GetProperty("drover");
        var data = drover.GetProperty("data");
        Assert.Equal(5, data.GetProperty("keywords").GetArrayLength());
        Assert.InRange(data.GetProperty("summary").GetString()!.Length, 1, 200);
        Assert.True(data.GetProperty("categories").GetArrayLength() > 0);
        Assert.InRange(data.GetProperty("confidence").GetInt32(), 0, 100);
        Assert.True(drover.GetProperty("cost_usd").GetDecimal() > 0);
        Assert.Equal(200, line.GetProperty("response").GetProperty("status_code").GetInt32());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("error").ValueKind);
    }
}
