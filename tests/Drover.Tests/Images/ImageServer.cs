using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Drover.Tests.Images;

/// <summary>A web server that answers as a test says, on all loopback addresses.</summary>
internal sealed class ImageServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private ImageServer(WebApplication app) => _app = app;

    public int Requests => Volatile.Read(ref _requests);

    public int Port => new Uri(_app.Urls.First()).Port;

    public string Url(string path) => $"http://127.0.0.1:{Port}/{path}";

    public static async Task<ImageServer> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel((KestrelServerOptions options) => options.Listen(IPAddress.Any, 0));
        var app = builder.Build();
        var server = new ImageServer(app);
        app.Run(context => answer(context, Interlocked.Increment(ref server._requests)));
        await app.StartAsync();
        return server;
    }

    public static Task<ImageServer> StartAsync(byte[] file, string contentType = "text/html") => StartAsync(async (context, _) =>
    {
        context.Response.ContentType = contentType;
        await context.Response.Body.WriteAsync(file);
    });

    public static Task<ImageServer> StartAsync(params int[] statuses) => StartAsync((context, request) =>
    {
        context.Response.StatusCode = statuses[Math.Min(request, statuses.Length) - 1];
        return context.Response.StatusCode == 200 ? context.Response.Body.WriteAsync(TestImages.Small).AsTask() : Task.CompletedTask;
    });

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
