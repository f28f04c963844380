using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Drover.Functions.Streaming;

/// <summary>Answers with server-sent events, each part sent as soon as it is there, until they end or the client goes.</summary>
internal sealed class EventStreamResult(IAsyncEnumerable<ReadOnlyMemory<byte>> text) : IResult
{
    /// <summary>How soon an EventSource comes again, in milliseconds; by itself it would take three seconds or more.</summary>
    private static readonly byte[] Retry = "retry: 1000\n"u8.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            if (HttpMethods.IsGet(httpContext.Request.Method))
            {
                await response.Body.WriteAsync(Retry, httpContext.RequestAborted);
            }

            await foreach (var part in text.WithCancellation(httpContext.RequestAborted))
            {
                await response.Body.WriteAsync(part, httpContext.RequestAborted);
                await response.Body.FlushAsync(httpContext.RequestAborted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && httpContext.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; the stream goes on without it.
        }
    }
}
