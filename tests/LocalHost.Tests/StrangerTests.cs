using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Drover.Access;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>A host on loopback without keys: its user's programs may use it, the pages that the user's browser shows may not.</summary>
public sealed partial class StrangerTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Batch = """{"items":[{"id":"a","text":"one"}]}""";
    private const string Chat = """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}""";

    private readonly TestFolder _folder = new();
    private HttpClient _http = null!;
    private SimulatorServer _simulator = null!;
    private DroverProcess _drover = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        await ServeAsync(("Drover__Web__Origins", "https://app.example"));
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
        (string Name, string Value)[] strange =
        [
            ("Host", "evil.example"), ("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ];
        var own = _http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.True(HttpRoutes.All.Count > 30);
        foreach (var (method, path) in HttpRoutes.All.Select(r => (r.Method, HttpRoutes.PathOf(r.Route, "x"))).Append(("GET", "/nowhere")))
        {
            var body = method == "POST" ? "{}" : null;
            foreach (var header in strange)
            {
                using var answer = await SendAsync(method, path, body, "application/json", header);
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {path} with {header}: {answer.StatusCode}");
                Assert.Contains("Drover:Web:", await MessageAsync(answer), StringComparison.Ordinal);
                Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
            }

            foreach (var type in body is null || path == "/v1/files" ? [] : (string?[])["text/plain", "application/xml", null])
            {
                using var plain = await SendAsync(method, path, body, type);
                Assert.True(plain.StatusCode == HttpStatusCode.UnsupportedMediaType, $"{method} {path} with {type}: {plain.StatusCode}");
                Assert.Contains("application/json", await MessageAsync(plain), StringComparison.Ordinal);
            }

            foreach (var headers in (IEnumerable<(string, string)[]>)[[], [("Origin", own), ("Sec-Fetch-Site", "same-origin")]])
            {
                using var ours = await SendAsync(method, path, body, "application/json", headers);
                Assert.True((int)ours.StatusCode is not (403 or 415), $"{method} {path}: {ours.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task Upload_OfAForm_IsRefusedToAnotherPageAndNotToItsUser()
    {
        foreach (var (origin, status) in ((string?, HttpStatusCode)[])
            [(null, HttpStatusCode.OK), ("https://evil.example", HttpStatusCode.Forbidden)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/files");
            request.Content = new MultipartFormDataContent
            {
                { new StringContent("batch"), "purpose" },
                { new StringContent("{}\n"), "file", "in.jsonl" },
            };
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }

            using var answer = await _http.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Fact]
    public async Task WithKeys_AnyNameWillDo_AndAnotherPageMustBeNamedAllTheSame()
    {
        var (key, hash) = CallerKeys.New();
        await ServeAsync(("Drover__Web__Origins", "https://app.example"), ("Drover__Keys__alice", hash));

        foreach (var (method, route) in HttpRoutes.All.Select(r => (r.Method, r.Route)))
        {
            var (path, body) = (HttpRoutes.PathOf(route, "x"), method == "POST" ? "{}" : null);
            (HttpStatusCode? Status, (string, string)[] Headers)[] cases =
            [
                (HttpStatusCode.Unauthorized, [("Host", "drover.lan")]),
                (HttpStatusCode.Forbidden, [("Authorization", $"Bearer {key}"), ("Origin", "https://evil.example")]),
                (HttpStatusCode.Forbidden, [("Authorization", $"Bearer {key}"), ("Origin", "null")]),
                (null, [("Authorization", $"Bearer {key}"), ("Host", "drover.lan")]),
                (null, [("Authorization", $"Bearer {key}"), ("Host", "drover.lan"), ("Origin", "https://drover.lan")]),
                (null, [("Authorization", $"Bearer {key}"), ("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site")]),
            ];
            foreach (var (status, headers) in cases)
            {
                using var answer = await SendAsync(method, path, body, "application/json", headers);
                Assert.True(
                    status is { } expected ? answer.StatusCode == expected : (int)answer.StatusCode is not (401 or 403 or 415),
                    $"{method} {path} with {headers[^1]}: {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task WithAHostKey_AnyNameWillDoForWhoShowsIt()
    {
        await ServeAsync(("Drover__HostKey", "secret"));

        foreach (var (path, status, headers) in ((string, int, (string, string)[])[])
            [
                ("/api/batches", 200, [("Host", "drover.lan"), ("x-functions-key", "secret")]),
                ("/api/batches?code=secret", 200, [("Host", "drover.lan")]),
                ("/api/batches", 403, [("Host", "drover.lan"), ("x-functions-key", "wrong")]),
                ("/v1/batches", 403, [("Host", "drover.lan")]),
                ("/api/batches", 403, [("x-functions-key", "secret"), ("Origin", "https://evil.example")]),
            ])
        {
            using var answer = await SendAsync("GET", path, null, null, headers);
            Assert.True(status == (int)answer.StatusCode, $"{path} with {headers[^1]}: {answer.StatusCode}");
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
        Assert.Equal(
            0, JsonDocument.Parse(await list.Content.ReadAsStringAsync()).RootElement.GetProperty("data").GetArrayLength());
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

    private static async Task<string> MessageAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("message").GetString()!;

    private async Task ServeAsync(params (string Name, string? Value)[] settings)
    {
        await (_drover?.DisposeAsync() ?? default);
        _drover = DroverProcess.Start(_folder, azurite.Endpoints, _simulator.BaseAddress, ["serve", "--port", "0"], settings);
        await Eventually.TrueAsync(() => Listening().IsMatch(_drover.Errors), $"drover to listen; it says: {_drover.Errors}");
        _http?.Dispose();
        _http = new HttpClient { BaseAddress = new Uri(Listening().Match(_drover.Errors).Groups[1].Value) };
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
