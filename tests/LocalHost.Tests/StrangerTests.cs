using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>A host on loopback without keys: its user's programs may use it, the pages that the user's browser shows may not.</summary>
public sealed partial class StrangerTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Batch = """{"items":[{"id":"a","text":"one"}]}""";
    private const string Chat = """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}""";

    private readonly TestFolder _folder = new();
    private readonly HttpClient _http = new();
    private SimulatorServer _simulator = null!;
    private DroverProcess _drover = null!;

    private static readonly (string Method, string Path, string? Body)[] Routes =
    [
        ("POST", "/api/batches", Batch), ("POST", "/api/batches/x/retry", null), ("POST", "/api/batches/x/cancel", null),
        ("GET", "/api/batches", null), ("GET", "/api/batches/x/results", null), ("GET", "/api/upstreams", null),
        ("POST", "/api/answers", """{"question":"x"}"""), ("POST", "/v1/chat/completions", Chat),
        ("POST", "/v1/responses", """{"model":"gpt-4o-mini","input":"hi"}"""), ("POST", "/v1/files", "x"), ("GET", "/v1/files", null),
        ("DELETE", "/v1/files/file-x", null), ("GET", "/v1/models", null), ("GET", "/nowhere", null),
    ];

    public async ValueTask InitializeAsync()
    {
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        _drover = DroverProcess.Start(
            _folder, azurite.Endpoints, _simulator.BaseAddress, ["serve", "--port", "0"], ("Drover__Web__Origins", "https://app.example"));
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
    public async Task EveryRoute_FromAnotherNameOrPage_IsRefused()
    {
        foreach (var (method, path, body) in Routes)
        {
            await AssertRefusedAsync(method, path, body);
        }
    }

    [Fact]
    public async Task NamedOrigin_IsAnsweredWithTheCorsHeaders()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions");
        preflight.Headers.Add("Origin", "https://app.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type");
        using var leave = await _http.SendAsync(preflight);
        Assert.Equal("https://app.example", Assert.Single(leave.Headers.GetValues("Access-Control-Allow-Origin")));

        using var answer = await SendAsync("POST", "/v1/chat/completions", Chat, "application/json", ("Origin", "https://app.example"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("https://app.example", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Strangers_AllTogether_HaveCalledNothing()
    {
        foreach (var header in (IEnumerable<(string, string)>)[("Host", "evil.example"), ("Origin", "https://evil.example")])
        {
            (await SendAsync("POST", "/api/batches", Batch, "application/json", header)).Dispose();
            (await SendAsync("POST", "/v1/chat/completions", Chat, "application/json", header)).Dispose();
            (await SendAsync("POST", "/v1/chat/completions", Chat, "text/plain")).Dispose();
        }

        Assert.Equal(0, _simulator.Stats.Snapshot().Received);
        using var list = await SendAsync("GET", "/api/batches", null, null);
        Assert.Empty(JsonDocument.Parse(await list.Content.ReadAsStringAsync()).RootElement.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task ABatchByHttp_ThatNamesAFileOfTheHost_LearnsNothing()
    {
        var there = _folder.Write("there.png", "x");
        var none = _folder.File("none.png");
        var names = new[] { there, none, "there.png", "none.png", $"file://{there}", $"file://{none}" };
        var items = string.Join(",", names.Select((n, i) => JsonSerializer.Serialize(new { id = $"i{i}", image = n })));
        using var started = await SendAsync("POST", "/api/batches", $$"""{"recipe":"vision","items":[{{items}}]}""", "application/json");
        var id = JsonDocument.Parse(await started.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString();
        var errors = "";
        await Eventually.TrueAsync(
            async () => (errors = await _http.GetStringAsync($"/api/batches/{id}/errors")).Split('\n').Length > names.Length, "the errors");

        var words = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .OrderBy(l => l.GetProperty("custom_id").GetString())
            .Select((l, i) => l.GetProperty("error").GetProperty("code").GetString()
                + l.GetProperty("error").GetProperty("message").GetString()!.Replace(names[i], "NAME", StringComparison.Ordinal)).ToList();
        Assert.Equal((words[0], words[2], words[4]), (words[1], words[3], words[5]));
        Assert.DoesNotContain(_folder.Path, string.Concat(words), StringComparison.Ordinal);
        Assert.Equal(0, _simulator.Stats.Snapshot().Received);
    }

    [GeneratedRegex(@"listens on (\S+)")]
    private static partial Regex Listening();

    private async Task AssertRefusedAsync(string method, string path, string? body)
    {
        (string Name, string Value)[] strange =
            [("Host", "evil.example"), ("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")];
        foreach (var header in strange)
        {
            using var answer = await SendAsync(method, path, body, "application/json", header);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("Drover:Web:", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        }

        if (body is not null && path != "/v1/files")
        {
            using var plain = await SendAsync(method, path, body, "text/plain");
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, plain.StatusCode);
        }

        var origin = _http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        using var own = await SendAsync(method, path, body, "application/json", ("Origin", origin));
        Assert.NotEqual(HttpStatusCode.Forbidden, own.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(
        string method, string path, string? body, string? type, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return await _http.SendAsync(request);
    }
}
