using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Drover.Clients.Tests;

/// <summary>Takes webhooks, but not the first time, and checks each one's signature by the letter of Standard Webhooks.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private int _calls;

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/hook", TakeAsync);
    }

    public string Secret => $"whsec_{Convert.ToBase64String(_key)}";

    public string Url => $"{_app.Urls.First()}/hook";

    /// <summary>What was taken, with <c>webhook-id</c>.</summary>
    public ConcurrentQueue<(string Id, JsonElement Event)> Taken { get; } = [];

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        string id = request.Headers["webhook-id"]!, signed = $"{id}.{request.Headers["webhook-timestamp"]}.{body}";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(signed)));
        if (request.Headers["webhook-signature"] != $"v1,{signature}")
        {
            return Results.Unauthorized();
        }

        if (Interlocked.Increment(ref _calls) == 1)
        {
            return Results.StatusCode(503);
        }

        Taken.Enqueue((id, JsonDocument.Parse(body).RootElement));
        return Results.Ok();
    }
}
