using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>The HTTP API, served by the real process.</summary>
public sealed partial class ApiTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly HttpClient _http = new();
    private SimulatorServer _simulator = null!;
    private DroverProcess _drover = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Latency = 20 });
        _drover = DroverProcess.Start(_folder, azurite.Endpoints, _simulator.BaseAddress, ["serve", "--port", "0"]);
        await Eventually.TrueAsync(() => Listening().IsMatch(_drover.Errors), $"drover to listen; it says: {_drover.Errors}");
        _http.BaseAddress = new Uri(Listening().Match(_drover.Errors).Groups[1].Value);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _drover.DisposeAsync();
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Post_ItemsInline_AreRunToTheEnd()
    {
        var (status, started) = await PostAsync(
            """{"items":[{"id":"a","text":"one"},{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini","messages":[{"role":"user","content":"two"}]}}],"metadata":{"who":"me"}}""");
        Assert.Equal(HttpStatusCode.Accepted, status);
        var id = started.GetProperty("id").GetString()!;

        var ended = await EndAsync(id);

        Assert.Equal("completed", ended.GetProperty("status").GetString());
        Assert.Equal(
            """{"total":2,"completed":2,"failed":0,"invalid":0,"unrun":0,"remaining":0,"in_retry":0}""",
            ended.GetProperty("counts").GetRawText());
        Assert.Equal("me", ended.GetProperty("metadata").GetProperty("who").GetString());
        Assert.Equal(
            ["a", "b"], (await LinesAsync($"/api/batches/{id}/results")).Select(l => l.GetProperty("custom_id").GetString()!).Order());
        Assert.Empty(await LinesAsync($"/api/batches/{id}/errors"));
    }

    [Fact]
    public async Task Post_DryRun_AnswersWithTheEstimateAndStartsNothing()
    {
        using var lines = new StringContent(Inputs.Requests(30) + "[]", Encoding.UTF8, "application/jsonl");
        using var answer = await _http.PostAsync("/api/batches?dryRun=true&id=dry", lines);
        using var items = new StringContent(
            """{"id":"dry","items":[{"id":"a","text":"one"}],"budget_usd":1}""", Encoding.UTF8, "application/json");
        using var second = await _http.PostAsync("/api/batches?dryRun=true", items);
        using var none = new StringContent("""{"input":"none.jsonl"}""", Encoding.UTF8, "application/json");
        using var third = await _http.PostAsync("/api/batches?dryRun=true", none);
        using var odd = new StringContent("{}", Encoding.UTF8, "application/json");
        using var fourth = await _http.PostAsync("/api/batches?dryRun=yes", odd);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (answer.StatusCode, second.StatusCode));
        var estimate = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((30, 1), (estimate.GetProperty("items").GetInt32(), estimate.GetProperty("bad_lines").GetInt32()));
        Assert.Equal(
            "enough",
            JsonDocument.Parse(await second.Content.ReadAsStringAsync()).RootElement.GetProperty("budgets")[0].GetProperty("verdict")
                .GetString());
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (third.StatusCode, fourth.StatusCode));
        Assert.Contains("there is no blob", await third.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/api/batches/dry")).StatusCode);
        Assert.Equal(0, _simulator.Stats.Snapshot().Received);
    }

    [Fact]
    public async Task Get_Models_ListsTheCatalogue()
    {
        var models = JsonDocument.Parse(await _http.GetStringAsync("/api/models")).RootElement.GetProperty("data").EnumerateArray();

        Assert.Equal(0.42m, models.Single(m => m.GetProperty("model").GetString() == "deepseek-v3.2").GetProperty("output").GetDecimal());
    }

    [Fact]
    public async Task Post_TheSameIdTwice_IsOneBatch()
    {
        const string Batch = """{"id":"twice","items":[{"id":"a","text":"one"}]}""";
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(Batch)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.Status));
        await EndAsync("twice");
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(Batch)).Status);

        Assert.Equal(1, _simulator.Stats.Snapshot().Received);
        Assert.Single(await LinesAsync("/api/batches/twice/results"));
        var (status, error) = await PostAsync("""{"id":"twice","items":[{"id":"b","text":"other"}]}""");
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("already", error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_LinesAsTheBody_StreamsThemIn()
    {
        using var body = new StringContent(Inputs.Requests(300), Encoding.UTF8, "application/jsonl");
        var answer = await _http.PostAsync("/api/batches?id=lines&name=lines.jsonl", body);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        var ended = await EndAsync("lines");

        Assert.Equal(300, ended.GetProperty("counts").GetProperty("completed").GetInt32());
        Assert.Equal("lines.jsonl", ended.GetProperty("input").GetString());
    }

    [Fact]
    public async Task Get_WhileItRuns_ShowsResultsAndCountsThatAddUp()
    {
        _simulator.Options = _simulator.Options with { Latency = 100 };
        using var body = new StringContent(Inputs.Requests(3000), Encoding.UTF8, "application/jsonl");
        await _http.PostAsync("/api/batches?id=running", body);

        var seen = new List<int>();
        JsonElement batch;
        do
        {
            batch = await GetAsync("running");
            var counts = batch.GetProperty("counts");
            var total = counts.GetProperty("total").GetInt32();
            if (total > 0)
            {
                Assert.Equal(total, new[] { "completed", "failed", "unrun", "remaining" }.Sum(n => counts.GetProperty(n).GetInt32()));
                var lines = await LinesAsync("/api/batches/running/results");
                Assert.True(lines.Count >= counts.GetProperty("completed").GetInt32());
                seen.Add(lines.Count);
            }
        }
        while (batch.GetProperty("ended_at").ValueKind == JsonValueKind.Null);

        Assert.Contains(seen, n => n is > 0 and < 3000);
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(
            3000,
            (await LinesAsync("/api/batches/running/results")).Select(l => l.GetProperty("custom_id").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Cancel_WhileItRuns_ClosesEveryItemWithinSeconds()
    {
        _simulator.Options = _simulator.Options with { Latency = 300 };
        using var body = new StringContent(Inputs.Requests(5000), Encoding.UTF8, "application/jsonl");
        await _http.PostAsync("/api/batches?id=cancelled", body);
        await Eventually.TrueAsync(() => _simulator.Stats.Snapshot().Processed > 100, "calls");

        var answer = await _http.PostAsync("/api/batches/cancelled/cancel", null);
        Assert.Equal("cancelling", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString());
        var ended = await EndAsync("cancelled");

        Assert.Equal("cancelled", ended.GetProperty("status").GetString());
        var counts = ended.GetProperty("counts");
        var results = await LinesAsync("/api/batches/cancelled/results");
        var errors = await LinesAsync("/api/batches/cancelled/errors");
        Assert.Equal(5000, results.Count + errors.Count);
        Assert.All(errors, e => Assert.Equal("batch_cancelled", e.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(errors.Count, counts.GetProperty("unrun").GetInt32());
        Assert.Equal(0, counts.GetProperty("failed").GetInt32());
        Assert.Equal(_simulator.Stats.Snapshot().Processed, results.Count);
        var again = await _http.PostAsync("/api/batches/cancelled/cancel", null);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);

        _simulator.Options = _simulator.Options with { Latency = 0 };
        var retried = await _http.PostAsync("/api/batches/cancelled/retry?code=batch_cancelled", null);
        var twice = await _http.PostAsync("/api/batches/cancelled/retry", null);
        ended = await EndAsync("cancelled");

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Conflict), (retried.StatusCode, twice.StatusCode));
        Assert.Equal("in_progress", (await retried.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString());
        Assert.Equal(
            ("completed", 5000),
            (ended.GetProperty("status").GetString(), ended.GetProperty("counts").GetProperty("completed").GetInt32()));
        Assert.Equal(
            5000, (await LinesAsync("/api/batches/cancelled/results")).DistinctBy(l => l.GetProperty("custom_id").GetString()).Count());
        Assert.Empty(await LinesAsync("/api/batches/cancelled/errors"));
        Assert.Equal((5000, 0), (_simulator.Stats.Snapshot().Processed, _simulator.Stats.Snapshot().Repeated));
        Assert.Equal(HttpStatusCode.OK, (await _http.PostAsync("/api/batches/cancelled/retry", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.PostAsync("/api/batches/nobody/retry", null)).StatusCode);
    }

    [Fact]
    public async Task Cancel_ABatchThatIsComplete_IsRefusedWithoutInvitingARetry()
    {
        await PostAsync("""{"id":"done","items":[{"id":"a","text":"one"}]}""");
        await EndAsync("done");

        var answer = await _http.PostAsync("/api/batches/done/cancel", null);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal("false", answer.Headers.GetValues("x-should-retry").Single());
        Assert.Contains(
            "\"Cannot cancel a batch with status 'completed'.\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_SeveralBatches_PagesNewestFirst()
    {
        foreach (var id in new[] { "l1", "l2", "l3" })
        {
            await PostAsync($$"""{"id":"{{id}}","items":[{"id":"a","text":"one"}]}""");
        }

        var first = await _http.GetFromJsonAsync<JsonElement>("/api/batches?limit=2");
        var second = await _http.GetFromJsonAsync<JsonElement>($"/api/batches?limit=2&after={first.GetProperty("last_id").GetString()}");

        Assert.Equal(["l3", "l2"], first.GetProperty("data").EnumerateArray().Select(b => b.GetProperty("id").GetString()!));
        Assert.True(first.GetProperty("has_more").GetBoolean());
        Assert.Equal(["l1"], second.GetProperty("data").EnumerateArray().Select(b => b.GetProperty("id").GetString()!));
        Assert.False(second.GetProperty("has_more").GetBoolean());
    }

    [Fact]
    public async Task Post_ABadRequest_NamesTheMemberTheValueAndTheRule()
    {
        (string Body, string Message)[] bad =
        [
            ("not json", "not the JSON that is expected"),
            ("""{"itmes":[]}""", "'itmes' is no member of the body; the members are items, id, input,"),
            ("""[1]""", "The body is [1]; it must be a JSON object."),
            ("""{"items":7,"id":8}""", "'items' is 7; it must be a list. 'id' is 8; it must be a text."),
            ("""{"items":[]}""", "'items' is empty"),
            ("""{"items":[{}],"budget_usd":"5"}""", "'budget_usd' is \"5\"; it must be a number."),
            ("""{"items":[{}],"repair":1}""", "'repair' is 1; it must be true or false."),
            ("""{"items":[{}],"metadata":{"a":1}}""", "'metadata.a' is 1; it must be a text."),
            ("""{"items":[{}],"model":"\ud800"}""", "not the JSON that is expected"),
            ("""{"items":[{"id":"a","text":"\ud800"}]}""", "not the JSON that is expected"),
            ("""{}""", "either 'items' or 'input'"),
            ("""{"id":"a b","items":[{}]}""", "'id' is 'a b'; it must be"),
            ("""{"items":[{}],"recipe":"magic"}""", "'recipe' is 'magic'; there are: extract, chat, copy, document, answer, vision."),
            ("""{"input":"nothere.jsonl"}""", "there is no blob"),
            ("""{"input":"../secret"}""", "without '..'"),
        ];
        foreach (var (body, message) in bad)
        {
            var (status, error) = await PostAsync(body);

            Assert.Equal(HttpStatusCode.BadRequest, status);
            var said = error.GetProperty("error").GetProperty("message").GetString();
            Assert.Contains(message, said, StringComparison.Ordinal);
            Assert.DoesNotContain("System.", said, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/api/batches/none")]
    [InlineData("/api/batches/none/results")]
    [InlineData("/api/batches/none/errors")]
    public async Task Get_ABatchThatIsNotThere_Is404(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(path)).StatusCode);

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        var answer = await _http.PostAsync("/api/batches", body);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private Task<JsonElement> GetAsync(string id) => _http.GetFromJsonAsync<JsonElement>($"/api/batches/{id}");

    private async Task<JsonElement> EndAsync(string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        JsonElement batch;
        do
        {
            batch = await _http.GetFromJsonAsync<JsonElement>($"/api/batches/{id}", limit.Token);
        }
        while (batch.GetProperty("ended_at").ValueKind == JsonValueKind.Null);
        return batch;
    }

    private async Task<List<JsonElement>> LinesAsync(string path) =>
        [.. (await _http.GetStringAsync(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonDocument.Parse(l).RootElement)];

    [GeneratedRegex(@"Drover listens on (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
