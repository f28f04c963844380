using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Drover.Access;
using Drover.Simulator;

namespace Drover.LocalHost.Tests;

/// <summary>A host, with the keys of two callers and of an admin or without any.</summary>
internal sealed partial class TwoCallers(AzuriteFixture azurite) : IAsyncDisposable
{
    public const string Chat = """{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"hi"}]}""";

    private const string Line =
        """{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}}""";

    private readonly TestFolder _folder = new();
    private readonly (string Key, string Hash) _alice = CallerKeys.New();
    private readonly (string Key, string Hash) _bob = CallerKeys.New();
    private readonly (string Key, string Hash) _admin = CallerKeys.New();
    private SimulatorServer? _simulator;
    private DroverProcess? _drover;
    private HttpClient _http = new();

    public string Alice => _alice.Key;

    public string Bob => _bob.Key;

    public string Admin => _admin.Key;

    /// <summary>How many calls the upstream has answered.</summary>
    public long Processed => _simulator!.Stats.Snapshot().Processed;

    public static string BatchOf(string file) =>
        JsonSerializer.Serialize(new { input_file_id = file, endpoint = "/v1/chat/completions", completion_window = "24h" });

    /// <summary>Starts the host, anew on the same data if it runs.</summary>
    public async Task ServeAsync(bool keys)
    {
        _simulator ??= await SimulatorServer.StartAsync(new SimulatorOptions());
        await (_drover?.DisposeAsync() ?? default);
        (string, string?)[] settings =
        [
            ("Drover__Keys__alice", _alice.Hash), ("Drover__Keys__bob", _bob.Hash), ("Drover__Keys__root", _admin.Hash),
            ("Drover__Keys__root__Admin", "true"),
        ];
        _drover = DroverProcess.Start(
            _folder, azurite.Endpoints, _simulator.BaseAddress, ["serve", "--port", "0"], keys ? settings : []);
        await Eventually.TrueAsync(() => Listening().IsMatch(_drover.Errors), $"drover to listen; it says: {_drover.Errors}");
        _http.Dispose();
        _http = new HttpClient { BaseAddress = new Uri(Listening().Match(_drover.Errors).Groups[1].Value) };
    }

    /// <summary>Makes one of everything, and waits until it has ended.</summary>
    public async Task<Made> MakeAsync(string? key, string plain = "mine")
    {
        var upload = await UploadAsync(key);
        var batch = IdOf(await SendAsync(key, "POST", "/v1/batches", BatchOf(upload)));
        await EndAsync(key, batch);
        await RunAsync(key, $$"""{"id":"{{plain}}","items":[{"id":"a","text":"one"}]}""");
        using var request = Request(key, "POST", "/v1/chat/completions", Chat);
        using var stream = await _http.SendAsync(request);
        await stream.Content.ReadAsStringAsync();
        return new Made(upload, batch, plain, Assert.Single(stream.Headers.GetValues("x-drover-stream-id")));
    }

    public async Task RunAsync(string? key, string body) => await EndAsync(key, IdOf(await SendAsync(key, "POST", "/api/batches", body)));

    public async Task<IReadOnlyList<string>> IdsAsync(string key, string list) =>
    [
        .. JsonDocument.Parse((await SendAsync(key, "GET", list)).Body).RootElement.GetProperty("data").EnumerateArray()
            .Select(one => one.GetProperty("id").GetString()!),
    ];

    /// <summary>Sends a request. Of the answer's headers there are the names.</summary>
    public async Task<(HttpStatusCode Status, string Body, string Headers)> SendAsync(
        string? key, string method, string path, string? body = null, string? lastEventId = null)
    {
        using var request = Request(key, method, path, body);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), string.Join(' ', answer.Headers.Select(h => h.Key).Order()));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await (_drover?.DisposeAsync() ?? default);
        await (_simulator?.DisposeAsync() ?? default);
        _folder.Dispose();
    }

    [GeneratedRegex(@"listens on (\S+)")]
    private static partial Regex Listening();

    private static HttpRequestMessage Request(string? key, string method, string path, string? body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = key is null ? null : new("Bearer", key);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    private static string IdOf((HttpStatusCode Status, string Body, string Headers) answer)
    {
        Assert.True((int)answer.Status < 300, $"{answer.Status}: {answer.Body}");
        return JsonDocument.Parse(answer.Body).RootElement.GetProperty("id").GetString()!;
    }

    private Task EndAsync(string? key, string id) => Eventually.TrueAsync(
        async () => JsonDocument.Parse((await SendAsync(key, "GET", $"/v1/batches/{id}")).Body).RootElement.GetProperty("status")
            .GetString() == "completed",
        $"{id} to end");

    private async Task<string> UploadAsync(string? key)
    {
        using var request = Request(key, "POST", "/v1/files", null);
        request.Content = new MultipartFormDataContent
        {
            { new StringContent("batch"), "purpose" },
            { new StringContent(Line + "\n"), "file", "in.jsonl" },
        };
        using var answer = await _http.SendAsync(request);
        return IdOf((answer.StatusCode, await answer.Content.ReadAsStringAsync(), ""));
    }
}

/// <summary>One of everything that a caller can make.</summary>
/// <param name="Upload">A file.</param>
/// <param name="Batch">A batch of it.</param>
/// <param name="Plain">A batch whose items came with the request.</param>
/// <param name="Stream">A stream.</param>
internal sealed record Made(string Upload, string Batch, string Plain, string Stream)
{
    public const string NoUpload = "file-00000000000000000000000000000000";

    /// <summary>What there is to be read.</summary>
    public IEnumerable<string> Paths =>
    [
        $"/v1/files/{Upload}", $"/v1/files/{Upload}/content", $"/v1/files/file-out-{Batch}/content", $"/v1/files/file-in-{Plain}/content",
        $"/v1/streams/{Stream}",
        .. new[] { Batch, Plain }.SelectMany(id => new[]
        {
            $"/v1/batches/{id}", $"/api/batches/{id}", $"/api/batches/{id}/results", $"/api/batches/{id}/errors",
            $"/api/batches/{id}/events",
        }),
    ];

    /// <summary>The ids to put into a route, each with one of its kind that nothing has.</summary>
    public IEnumerable<(string Id, string Unknown)> Of(string route) => string.Join('/', route.Split('/').Take(3)) switch
    {
        "v1/files/{id}" =>
        [
            (Upload, NoUpload), ($"file-out-{Batch}", "file-out-none"), ($"file-err-{Batch}", "file-err-none"),
            ($"file-in-{Plain}", "file-in-none"),
        ],
        "v1/batches/{id}" or "api/batches/{id}" => [(Batch, "none"), (Plain, "none")],
        "v1/streams/{id}" => [(Stream, "strm_00000000000000000000000000000000")],
        _ => throw new InvalidOperationException($"What is made by '{route}'? Put it here, so that it is tested who sees it."),
    };
}
