using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Drover.Simulator.Tests;

/// <summary>A simulator on a free port and a client of it.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly HttpClient _client;

    private Upstream(SimulatorServer server)
    {
        Server = server;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server.BaseAddress, "/") };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-test");
    }

    public SimulatorServer Server { get; }

    public SimulatorStats Stats => Server.Stats;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Upstream> StartAsync(SimulatorOptions? options = null) =>
        new(await SimulatorServer.StartAsync(options ?? new SimulatorOptions(), Ct));

    /// <summary>A chat body of one user message and whatever members are added, such as <c>"n":2</c>.</summary>
    public static string Body(string text, string more = "") =>
        $$"""{"model":"gpt-4o-mini","messages":[{"role":"user","content":{{JsonSerializer.Serialize(text)}}}]{{(more.Length > 0 ? "," + more : "")}}}""";

    public Task<HttpResponseMessage> GetAsync(string path) => _client.GetAsync(path, Ct);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _client.SendAsync(request, Ct);

    public Task<HttpResponseMessage> PostAsync(string path, string body, string? item = null) => PostUntilAsync(path, body, item, Ct);

    /// <summary>Returns when the headers are there, or gives up.</summary>
    public Task<HttpResponseMessage> PostUntilAsync(string path, string body, string? item, CancellationToken ct)
    {
        var request =
            new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (item is not null)
        {
            request.Headers.Add("x-drover-item", item);
        }

        return _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    public Task<HttpResponseMessage> ChatAsync(string body, string? item = null) => PostAsync("v1/chat/completions", body, item);

    /// <summary>The answer as JSON; fails unless it is 200.</summary>
    public async Task<JsonElement> ChatJsonAsync(string body, string? item = null) =>
        await JsonAsync((await ChatAsync(body, item)).EnsureSuccessStatusCode());

    /// <summary>The text of the first choice.</summary>
    public async Task<string> ChatTextAsync(string body, string? item = null) => Text(await ChatJsonAsync(body, item));

    public static string Text(JsonElement completion) =>
        completion.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;

    public static async Task<string> ReadAsync(HttpResponseMessage response) => await response.Content.ReadAsStringAsync(Ct);

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonElement.Parse(await ReadAsync(response));

    /// <summary>The member <c>error</c>, once the status is as expected.</summary>
    public static async Task<JsonElement> ErrorAsync(HttpResponseMessage response, int status)
    {
        Assert.Equal(status, (int)response.StatusCode);
        return (await JsonAsync(response)).GetProperty("error");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Server.DisposeAsync();
    }
}
