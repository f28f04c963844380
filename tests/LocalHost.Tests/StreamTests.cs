using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>Streams over HTTP, served by the real process.</summary>
public sealed class StreamTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private HttpClient _http = new();
    private SimulatorServer _simulator = null!;
    private DroverProcess _drover = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions { TokenDelay = 10 });
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _drover.DisposeAsync();
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Post_Streaming_IsResumableByHeaderAndQuery()
    {
        using var answer = await PostAsync(Chat("1"));
        Assert.Equal("text/event-stream; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var id = answer.Headers.GetValues("x-drover-stream-id").Single();
        var transcript = await new Transcript().ReadAsync(await answer.Content.ReadAsStreamAsync(), t => t.Ids.Count == 4);

        using var second = await GetAsync($"/v1/streams/{id}", transcript.LastId);
        await transcript.ReadAsync(await second.Content.ReadAsStreamAsync(), t => t.Ids.Count == 8);
        using var third = await GetAsync($"/v1/streams/{id}?after={transcript.LastId}", null);
        await transcript.ReadAsync(await third.Content.ReadAsStreamAsync(), t => t.Ids.Count == 12);
        using var fourth = await PostAsync(Chat("1"), transcript.LastId);
        await transcript.ReadAsync(await fourth.Content.ReadAsStreamAsync());

        Assert.True(transcript.IsDone);
        Assert.Equal(await UncutAsync("1"), transcript.Text);
        Assert.Equal(2, _simulator.Stats.Snapshot().Processed);
        using var atEnd = await GetAsync($"/v1/streams/{id}", transcript.LastId);
        Assert.Equal(HttpStatusCode.NoContent, atEnd.StatusCode);
    }

    [Fact]
    public async Task Post_ABadRequest_IsAnsweredAsTheUpstreamAnswers()
    {
        foreach (var stream in new[] { "true", "false" })
        {
            using var answer = await PostAsync(
                $$"""{"model":"gpt-4o-mini","stream":{{stream}},"temperature":9,"messages":[{"role":"user","content":"hi"}]}""");
            var error = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");

            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal("temperature", error.GetProperty("param").GetString());
            Assert.StartsWith("req_", answer.Headers.GetValues("x-request-id").Single(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Delete_ARunningStream_EndsItAndKeepsItsText()
    {
        using var answer = await PostAsync(Chat("1"));
        var id = answer.Headers.GetValues("x-drover-stream-id").Single();
        var transcript = await new Transcript().ReadAsync(await answer.Content.ReadAsStreamAsync(), t => t.Text.Length > 0);

        using var deleted = await _http.DeleteAsync($"/v1/streams/{id}");
        Assert.Equal($$"""{"id":"{{id}}","status":"cancelled","object":"drover.stream"}""", await deleted.Content.ReadAsStringAsync());
        using var rest = await GetAsync($"/v1/streams/{id}", transcript.LastId);
        await transcript.ReadAsync(await rest.Content.ReadAsStreamAsync());

        Assert.Equal("stream_cancelled", transcript.Error!.Value.GetProperty("code").GetString());
        Assert.NotEmpty(transcript.Text);
    }

    [Theory]
    [InlineData("/v1/streams/none", null, HttpStatusCode.NotFound, "stream_not_found")]
    [InlineData("/v1/streams/strm_00000000000000000000000000000000", null, HttpStatusCode.NotFound, "stream_not_found")]
    [InlineData("/v1/streams/strm_00000000000000000000000000000000", "nonsense", HttpStatusCode.BadRequest, "invalid_event_id")]
    public async Task Get_WhatIsNotThere_SaysSo(string path, string? after, HttpStatusCode status, string code)
    {
        using var answer = await GetAsync(path, after);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Get_AfterTheHostWasKilledInTheMiddleOfFiftyStreams_GoesOnWithEachWholeAndUnrepeated()
    {
        const int Streams = 50;
        _simulator.Options = _simulator.Options with { TokenDelay = 40, AnswerWords = 60 };
        var transcripts = Enumerable.Range(0, Streams).Select(_ => new Transcript()).ToArray();
        var reading = transcripts.Select(async (transcript, i) =>
        {
            var id = "";
            try
            {
                using var answer = await PostAsync(Chat($"{i}"));
                id = answer.Headers.GetValues("x-drover-stream-id").Single();
                await transcript.ReadAsync(await answer.Content.ReadAsStreamAsync());
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // Killed.
            }

            return id;
        }).ToList();
        await Eventually.TrueAsync(() => transcripts.All(t => t.Ids.Count > 5), "all streams to be under way");
        await _drover.KillAsync();
        var ids = await Task.WhenAll(reading);
        Assert.True(transcripts.Count(t => !t.IsDone) > Streams / 2);

        await _drover.DisposeAsync();
        await StartAsync();
        await Task.WhenAll(transcripts.Where(t => !t.IsDone).Select(async transcript =>
        {
            using var answer = await GetAsync($"/v1/streams/{ids[Array.IndexOf(transcripts, transcript)]}", transcript.LastId);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await transcript.ReadAsync(await answer.Content.ReadAsStreamAsync());
        }));

        Assert.InRange(_simulator.Stats.Snapshot().Processed, Streams, 2 * Streams);
        for (var i = 0; i < Streams; i++)
        {
            var transcript = transcripts[i];
            Assert.True(transcript.IsDone);
            Assert.Equal(await UncutAsync($"{i}"), transcript.Text);
            Assert.Equal(1, transcript.Roles);
            Assert.Equal(transcript.Ids.Count, transcript.Ids.Distinct().Count());
        }
    }

    [Fact]
    public async Task GetEvents_OfABatchThatRuns_BringsEachOutcomeOnceOverSeveralConnections()
    {
        const int Items = 2000;
        _simulator.Options = _simulator.Options with { Latency = 100 };
        using var lines = new StringContent(Inputs.Requests(Items), Encoding.UTF8, "application/jsonl");
        await _http.PostAsync("/api/batches?id=events", lines);
        var (ids, last, status, connections) = (new List<string>(), (string?)null, "", 0);
        while (true)
        {
            using var answer = await GetAsync("/api/batches/events/events", last);
            if (answer.StatusCode == HttpStatusCode.NoContent)
            {
                break;
            }

            connections++;
            var left = 300;
            await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync())
            {
                last = item.EventId;
                var data = JsonDocument.Parse(item.Data).RootElement;
                if (item.EventType == "progress")
                {
                    status = data.GetProperty("status").GetString();
                    continue;
                }

                ids.Add(data.GetProperty("custom_id").GetString()!);
                if (--left == 0)
                {
                    break; // This client is lost often.
                }
            }
        }

        Assert.Equal(Enumerable.Range(0, Items).Select(i => $"i{i}").Order(), ids.Order());
        Assert.Equal("completed", status);
        Assert.True(connections > 3);
    }

    [Fact]
    public async Task Probe_AnUpstream_SaysHowSoonItsStreamsBegin()
    {
        _simulator.Options = _simulator.Options with { Latency = 50 };
        await using var probe = DroverProcess.Start(
            _folder, azurite.Endpoints, _simulator.BaseAddress, ["probe", "--streams", "5", "--target", "20", "--json"]);

        Assert.Equal(3, await probe.EndAsync());
        var report = JsonDocument.Parse(probe.Output).RootElement;
        Assert.Equal("ok", report.GetProperty("keys")[0].GetString());
        Assert.Equal(5, report.GetProperty("first_token_ms").GetProperty("count").GetInt32());
        Assert.InRange(report.GetProperty("first_byte_ms").GetProperty("min").GetDouble(), 45, 5000);
        Assert.False(report.GetProperty("is_target_met").GetBoolean());
    }

    private static string Chat(string number, bool stream = true) =>
        $$"""{"model":"gpt-4o-mini","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Tell me of number {{number}} 🐂."}]}""";

    private async Task<string> UncutAsync(string number)
    {
        using var answer = await PostAsync(Chat(number, stream: false));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0].GetProperty("message")
            .GetProperty("content").GetString()!;
    }

    private async Task<HttpResponseMessage> PostAsync(string body, string? after = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await SendAsync(request, after);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, after);
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? after)
    {
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private async Task StartAsync()
    {
        _drover = DroverProcess.Start(_folder, azurite.Endpoints, _simulator.BaseAddress, ["serve", "--port", "0", "--concurrency", "100"]);
        _http.Dispose();
        _http = new HttpClient { BaseAddress = await _drover.AddressAsync() };
    }
}
