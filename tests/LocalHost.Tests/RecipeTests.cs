using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>The recipes as their users meet them: the samples, a text of five megabytes, and questions over HTTP.</summary>
public sealed partial class RecipeTests(AzuriteFixture azurite)
{
    // The least items of each member of the data; 0 for one that is no list.
    private static readonly (string Sample, string Recipe, int Lines, string Data)[] Samples =
    [
        ("sources", "extract", 100, """{"keywords":5,"summary":0,"categories":1,"confidence":0}"""),
        ("products", "copy", 3, """{"texts":4}"""),
        ("documents", "document", 3, """{"summary":0,"key_points":1}"""),
        ("questions", "answer", 2, """{"answer":0,"citations":1}"""),
        ("requests", "chat", 2, "{}"),
    ];

    [Fact]
    public async Task Batches_TheSampleOfEachRecipe_GiveDataOfItsSchemaForEveryLineAndTheCostOfEveryCall()
    {
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        // Parts of 1,000 tokens: the longest of the documents takes more than ten, and three stages.
        await using var drover = DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["serve", "--port", "0"], ("Drover__Recipes__PartTokens", "1000"));
        using var http = await ConnectAsync(drover);
        foreach (var (sample, recipe, _, _) in Samples)
        {
            using var lines = new StringContent(File.ReadAllText(SampleFile(sample)), Encoding.UTF8, "application/jsonl");
            (await http.PostAsync($"/api/batches?id={sample}&recipe={recipe}", lines)).EnsureSuccessStatusCode();
        }

        var cost = 0m;
        foreach (var (sample, _, lines, data) in Samples)
        {
            var batch = default(JsonElement);
            await Eventually.TrueAsync(
                async () => (batch = await http.GetFromJsonAsync<JsonElement>($"/api/batches/{sample}"))
                    .GetProperty("ended_at").ValueKind == JsonValueKind.String,
                $"{sample} to end");
            var outcomes = (await http.GetStringAsync($"/api/batches/{sample}/results")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => JsonElement.Parse(l).GetProperty("drover")).ToList();
            Assert.Equal(
                (lines, lines, 0),
                (
                    outcomes.Count,
                    batch.GetProperty("counts").GetProperty("completed").GetInt32(),
                    batch.GetProperty("counts").GetProperty("failed").GetInt32()));
            cost += batch.GetProperty("cost_usd").GetDecimal();
            foreach (var member in JsonElement.Parse(data).EnumerateObject())
            {
                Assert.All(
                    outcomes,
                    o => Assert.Equal(JsonElement.Parse(data).EnumerateObject().Count(), o.GetProperty("data").EnumerateObject().Count()));
                var values = outcomes.Select(o => o.GetProperty("data").GetProperty(member.Name));
                Assert.All(
                    values,
                    v =>
                        Assert.True(
                            member.Value.GetInt32() == 0
                                ? v.ValueKind != JsonValueKind.Array
                                : v.GetArrayLength() >= member.Value.GetInt32()));
            }
        }

        Assert.Equal(simulator.Stats.Snapshot().CostUsd, cost);
    }

    [Fact]
    public async Task Run_AJapaneseTextOfFiveMegabytesKilledInTheMiddle_EveryPartReachesTheUpstreamAndOneAnswerIsLeft()
    {
        const int Bytes = 5_000_000;
        using var folder = new TestFolder();
        var opening = JsonElement.Parse(File.ReadLines(SampleFile("documents")).Last()).GetProperty("text").GetString()!;
        var text = new StringBuilder();
        var marks = 0;
        for (var bytes = 0; bytes < Bytes; marks++)
        {
            var paragraph = $"【{marks}】{opening}\n";
            text.Append(paragraph);
            bytes += Encoding.UTF8.GetByteCount(paragraph);
        }

        folder.Write(
            "in.jsonl", JsonSerializer.Serialize(new { id = "neko", title = "吾輩は猫である", text = text.ToString() }, Inputs.Readable) + "\n");
        await using var simulator = await SimulatorServer.StartAsync(
            new SimulatorOptions { Latency = 300, Record = folder.File("requests.jsonl") });

        await using (var killed = Start())
        {
            await Eventually.TrueAsync(
                () => simulator.Stats.Snapshot().Processed > 60, $"some parts to be read; drover says: {killed.Errors}");
            await killed.KillAsync();
        }

        await using var drover = Start();
        Assert.Equal(0, await drover.EndAsync());

        var line = JsonElement.Parse(Assert.Single(File.ReadAllLines(folder.File("in.results.jsonl"))));
        Assert.NotEmpty(line.GetProperty("drover").GetProperty("data").GetProperty("summary").GetString()!);
        var stats = simulator.Stats.Snapshot();
        Assert.Equal(stats.Distinct, line.GetProperty("drover").GetProperty("attempts").GetInt64());
        Assert.InRange(stats.Processed - stats.Distinct, 0, 50); // What was under way when it was killed.
        var parts = File.ReadLines(folder.File("requests.jsonl")).Distinct()
            .Select(l => JsonElement.Parse(l).GetProperty("body").GetProperty("messages")[0].GetProperty("content").GetString()!)
            .Select(c => (Number: PartOf().Match(c), Text: c)).Where(c => c.Number.Success)
            .OrderBy(c => int.Parse(c.Number.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))
            .Select(c => c.Text[(c.Text.IndexOf("吾輩は猫である\n\n", StringComparison.Ordinal) + 9)..]).ToList();
        Assert.True(parts.Count > 50, $"The text was to be split; there were {parts.Count} parts.");
        Assert.Equal(text.ToString().Length, parts.Sum(p => p.Length - 1)); // The prompt's file ends in a line break.
        Assert.Equal(text.ToString(), string.Concat(parts.Select(p => p[..^1])));

        DroverProcess Start() => DroverProcess.Start(
            folder, azurite.Endpoints, simulator.BaseAddress, ["run", "in.jsonl", "--recipe", "document"],
            ("Drover__Recipes__PartTokens", "20000"));
    }

    [Fact]
    public async Task Answers_PlainAndStreaming_CiteTheDocumentsThatTheyWereGiven()
    {
        using var folder = new TestFolder();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Fail500 = 0.05, Poison = "poisoned" });
        await using var drover = DroverProcess.Start(folder, azurite.Endpoints, simulator.BaseAddress, ["serve", "--port", "0"]);
        using var http = await ConnectAsync(drover);
        var question = JsonElement.Parse(File.ReadLines(SampleFile("questions")).First());
        var body = new { question = question.GetProperty("question"), documents = question.GetProperty("documents"), stream = false };

        var plain = await http.PostAsJsonAsync("/api/answers", body);
        var answer = await plain.Content.ReadFromJsonAsync<JsonElement>();
        var stream = await http.PostAsJsonAsync("/api/answers", body with { stream = true });
        var failing = await http.PostAsJsonAsync(
            "/api/answers",
            new { question = "Why?", documents = new[] { new { id = "good", text = "x" }, new { id = "c", text = "poisoned" } } });
        var bad = await http.PostAsJsonAsync("/api/answers", new { question = "Why?", documents = new[] { new { id = "a", text = "" } } });
        var none = await http.PostAsJsonAsync("/api/answers", new { question = "Why?", documents = new object?[] { null } });

        Assert.True(plain.IsSuccessStatusCode, answer.GetRawText());
        var given = answer.GetProperty("documents").EnumerateArray().Select(d => d.GetProperty("id").GetString()).ToList();
        Assert.Equal(5, given.Count);
        Assert.NotEmpty(answer.GetProperty("answer").GetString()!);
        Assert.All(answer.GetProperty("citations").EnumerateArray(), c => Assert.Contains(c.GetString(), given));
        Assert.True(answer.GetProperty("cost_usd").GetDecimal() > 0);
        Assert.Equal(
            given,
            JsonElement.Parse(Assert.Single(stream.Headers.GetValues("x-drover-documents"))).EnumerateArray().Select(d => d.GetString()));
        var events = await stream.Content.ReadAsStringAsync();
        Assert.Contains("\"object\":\"chat.completion.chunk\"", events, StringComparison.Ordinal);
        Assert.Contains("data: [DONE]", events, StringComparison.Ordinal);
        Assert.NotEmpty(stream.Headers.GetValues("x-drover-stream-id"));
        Assert.Contains("Document 'c' could not be judged: ", await failing.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, failing.StatusCode);
        Assert.Contains("Document 'a' has no 'text'.", await bad.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("Document '1' has no 'text'.", await none.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string SampleFile(string name) => Path.Combine(AppContext.BaseDirectory, "samples", $"{name}.jsonl");

    private static async Task<HttpClient> ConnectAsync(DroverProcess drover)
    {
        await Eventually.TrueAsync(() => Listening().IsMatch(drover.Errors), $"drover to listen; it says: {drover.Errors}");
        return new HttpClient { BaseAddress = new Uri(Listening().Match(drover.Errors).Groups[1].Value) };
    }

    [GeneratedRegex(@"^You read part (\d+) of \d+ of a longer text")]
    private static partial Regex PartOf();

    [GeneratedRegex(@"(http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
