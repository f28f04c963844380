using System.ClientModel;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Drover.Access;
using OpenAI;

namespace Drover.Clients.Tests;

/// <summary>A Drover with keys for callers and a receiver of webhooks.</summary>
public sealed class KeyTests(ServedDrover served) : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly (string Key, string Hash) _alice = CallerKeys.New();
    private readonly (string Key, string Hash) _poor = CallerKeys.New();
    private readonly HttpClient _http = new();
    private WebhookReceiver _receiver = null!;
    private DroverProcess _drover = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync();
        _drover = served.Start(
            _folder, ("Drover__Keys__alice", _alice.Hash), ("Drover__Keys__poor", _poor.Hash), ("Drover__Keys__poor__PerDay", "0.0001"),
            ("Drover__Webhooks__Url", _receiver.Url), ("Drover__Webhooks__Secret", _receiver.Secret));
        _http.BaseAddress = await ServedDrover.AddressAsync(_drover);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _drover.DisposeAsync();
        await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Requests_WithAndWithoutAKey_AreTakenAndRefused()
    {
        await NodeScript.RunAsync("keys", new Uri(_http.BaseAddress!, "v1"), _alice.Key);
        var wrong = new OpenAIClient(
            new ApiKeyCredential("sk-wrong"), new OpenAIClientOptions { Endpoint = new Uri(_http.BaseAddress!, "v1") });
        var e = await Assert.ThrowsAsync<ClientResultException>(() => wrong.GetOpenAIFileClient().GetFilesAsync());
        Assert.Equal(401, e.Status);
        Assert.DoesNotContain("sk-wrong", e.Message, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync("/api/batches")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("/api/batches", _alice.Hash)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("/api/batches", _alice.Key)).StatusCode);
        Assert.DoesNotContain(_alice.Key, _drover.Output + _drover.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABatch_OfAKeyWhoseBudgetIsTooSmall_StopsAndSaysSoAndOthersAreNotStopped()
    {
        foreach (var (id, key) in new[] { ("dear", _poor.Key), ("paid", _alice.Key) })
        {
            using var body = JsonContent.Create(
                new { id, items = Enumerable.Range(0, 20).Select(i => new { id = $"{i}", text = "A text about some thing or other." }) });
            Assert.Equal(HttpStatusCode.Accepted, (await SendAsync("/api/batches", key, body)).StatusCode);
        }

        var (dear, paid) = (await EndAsync("dear", _poor.Key), await EndAsync("paid", _alice.Key));

        Assert.Equal(("stopped", "completed"), (dear.GetProperty("status").GetString(), paid.GetProperty("status").GetString()));
        Assert.Contains("budget of the key for the day, 0.0001 USD", dear.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.InRange(dear.GetProperty("spent_usd").GetDecimal(), 0, 0.0001m);
        Assert.Equal(20, paid.GetProperty("counts").GetProperty("completed").GetInt32());
    }

    [Fact]
    public async Task AChat_IsThatOfItsKeyAlone_WhichPaysForIt()
    {
        static JsonContent Chat() =>
            JsonContent.Create(new { model = "gpt-4o-mini", stream = true, messages = new[] { new { role = "user", content = "Hi" } } });
        using var asked = Chat();
        using var begun = await SendAsync("/v1/chat/completions", _alice.Key, asked);
        var stream = $"/v1/streams/{begun.Headers.GetValues("x-drover-stream-id").Single()}";

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(stream, _alice.Key)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(stream, _poor.Key)).StatusCode);

        var question = JsonContent.Create(
            new { question = "What is it?", documents = new[] { new { id = "a", text = "It is a text about some thing or other." } } });
        var response = JsonContent.Create(new { model = "gpt-4o-mini", input = "Hi" });
        foreach (var (path, body) in new[] { ("/v1/chat/completions", Chat()), ("/v1/responses", response), ("/api/answers", question) })
        {
            using var refused = await SendAsync(path, _poor.Key, body);
            var error = (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
            Assert.Equal(
                (path, HttpStatusCode.TooManyRequests, "insufficient_quota"),
                (path, refused.StatusCode, error.GetProperty("code").GetString()));
        }
    }

    [Fact]
    public async Task ABatchThatEnds_IsToldToTheReceiverUntilItTakesIt()
    {
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _alice.Key);
        var answer = await _http.PostAsJsonAsync("/api/batches", new { id = "told", items = new[] { new { id = "a", text = "one" } } });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);

        await Eventually.TrueAsync(() => !_receiver.Taken.IsEmpty, "the webhook");

        var (id, told) = _receiver.Taken.First();
        Assert.Equal(
            (id, "event", "batch.completed", "told"),
            (
                told.GetProperty("id").GetString(),
                told.GetProperty("object").GetString(),
                told.GetProperty("type").GetString(),
                told.GetProperty("data").GetProperty("id").GetString()));
        Assert.Equal(JsonValueKind.Number, told.GetProperty("created_at").ValueKind);
        Assert.StartsWith("evt_", id, StringComparison.Ordinal);
    }

    private async Task<JsonElement> EndAsync(string id, string key)
    {
        JsonElement batch = default;
        await Eventually.TrueAsync(
            async () =>
            {
                batch = await (await SendAsync($"/api/batches/{id}", key)).Content.ReadFromJsonAsync<JsonElement>();
                return batch.GetProperty("ended_at").ValueKind != JsonValueKind.Null;
            },
            $"{id} to end");
        return batch;
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string key, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(content is null ? HttpMethod.Get : HttpMethod.Post, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await _http.SendAsync(request);
    }
}
