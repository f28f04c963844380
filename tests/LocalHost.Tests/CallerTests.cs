using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Drover.Access;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>A host with two callers and an admin: what one has made is not there for the other.</summary>
public sealed partial class CallerTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Line =
        """{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}}""";

    private readonly TestFolder _folder = new();
    private readonly HttpClient _http = new();
    private readonly (string Key, string Hash) _alice = CallerKeys.New();
    private readonly (string Key, string Hash) _bob = CallerKeys.New();
    private readonly (string Key, string Hash) _admin = CallerKeys.New();
    private SimulatorServer _simulator = null!;
    private DroverProcess _drover = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions());
        _drover = DroverProcess.Start(
            _folder, azurite.Endpoints, _simulator.BaseAddress, ["serve", "--port", "0"],
            ("Drover__Keys__alice", _alice.Hash), ("Drover__Keys__bob", _bob.Hash), ("Drover__Keys__root", _admin.Hash),
            ("Drover__Keys__root__Admin", "true"));
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
    public async Task WhatOneKeyHasMade_IsNotThereForAnother()
    {
        var upload = await UploadAsync(_alice.Key);
        var made = await JsonAsync(
            _alice.Key, "POST", "/v1/batches",
            CreationOf(upload));
        var batch = made.GetProperty("id").GetString()!;
        var plain = (await JsonAsync(_alice.Key, "POST", "/api/batches", """{"id":"mine","items":[{"id":"a","text":"one"}]}"""))
            .GetProperty("id").GetString()!;
        await EndAsync(batch);
        await EndAsync(plain);
        var output = (await JsonAsync(_alice.Key, "GET", $"/v1/batches/{batch}")).GetProperty("output_file_id").GetString();

        (string Method, string Path)[] hers =
        [
            ("GET", $"/v1/files/{upload}"), ("GET", $"/v1/files/{upload}/content"), ("GET", $"/v1/files/{output}"),
            ("GET", $"/v1/files/{output}/content"), ("DELETE", $"/v1/files/{upload}"), ("GET", $"/v1/batches/{batch}"),
            ("POST", $"/v1/batches/{batch}/cancel"), ("POST", $"/v1/batches/{batch}/retry"), ("GET", $"/v1/batches/{plain}"),
            .. new[] { batch, plain }.SelectMany(id => new[]
            {
                ("GET", $"/api/batches/{id}"), ("GET", $"/api/batches/{id}/results"), ("GET", $"/api/batches/{id}/errors"),
                ("GET", $"/api/batches/{id}/events"), ("POST", $"/api/batches/{id}/cancel"), ("POST", $"/api/batches/{id}/retry"),
            }),
        ];
        foreach (var (method, path) in hers)
        {
            var (status, body) = await SendAsync(_bob.Key, method, path);
            var (_, unknown) = await SendAsync(_bob.Key, method, Unknown(path, upload, output!, batch, plain));
            Assert.True(status == HttpStatusCode.NotFound, $"{method} {path}: {status}");
            Assert.Equal(Bare(unknown, path, upload, output!, batch, plain), Bare(body, path, upload, output!, batch, plain));
        }

        foreach (var list in (string[])["/v1/files", "/v1/batches", "/api/batches"])
        {
            Assert.Equal(0, (await JsonAsync(_bob.Key, "GET", list)).GetProperty("data").GetArrayLength());
            Assert.NotEqual(0, (await JsonAsync(_alice.Key, "GET", list)).GetProperty("data").GetArrayLength());
            Assert.NotEqual(0, (await JsonAsync(_admin.Key, "GET", list)).GetProperty("data").GetArrayLength());
        }

        Assert.Equal(
            HttpStatusCode.NotFound, (await SendAsync(
                _bob.Key, "POST", "/v1/batches",
                CreationOf(upload))).Status);
        Assert.Equal(
            HttpStatusCode.Conflict,
            (await SendAsync(_bob.Key, "POST", "/api/batches", """{"id":"mine","items":[{"id":"a","text":"one"}]}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(_bob.Key, "GET", $"/api/batches?after={plain}")).Status);

        // The owner and the admin go on.
        foreach (var key in (string[])[_admin.Key, _alice.Key])
        {
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(key, "GET", $"/v1/files/{output}/content")).Status);
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(key, "GET", $"/api/batches/{batch}/results")).Status);
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(key, "POST", $"/api/batches/{batch}/retry")).Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(_alice.Key, "DELETE", $"/v1/files/{upload}")).Status);
    }

    private static string CreationOf(string file) =>
        JsonSerializer.Serialize(new { input_file_id = file, endpoint = "/v1/chat/completions", completion_window = "24h" });

    private static string Unknown(string path, params string[] ids) => ids.Aggregate(
        path,
        (p, id) => p.Replace(
            id, id.StartsWith("file-out", StringComparison.Ordinal) ? "file-out-none" : "none", StringComparison.Ordinal));

    // Without what names the thing that was asked for.
    private static string Bare(string body, string path, params string[] ids) => ids.Append("file-out-none").Append("none").Aggregate(
        body, (text, id) => text.Replace(id, "ID", StringComparison.Ordinal));

    [GeneratedRegex(@"listens on (\S+)")]
    private static partial Regex Listening();

    private Task EndAsync(string id) => Eventually.TrueAsync(
        async () => (await JsonAsync(_alice.Key, "GET", $"/api/batches/{id}")).GetProperty("status").GetString() == "completed",
        $"{id} to end");

    private async Task<string> UploadAsync(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/files");
        request.Headers.Authorization = new("Bearer", key);
        request.Content = new MultipartFormDataContent
        {
            { new StringContent("batch"), "purpose" },
            { new StringContent(Line + "\n"), "file", "in.jsonl" },
        };
        using var answer = await _http.SendAsync(request);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
    }

    private async Task<JsonElement> JsonAsync(string key, string method, string path, string? body = null)
    {
        var (status, text) = await SendAsync(key, method, path, body);
        Assert.True((int)status < 300, $"{method} {path}: {status} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(string key, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new("Bearer", key);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
