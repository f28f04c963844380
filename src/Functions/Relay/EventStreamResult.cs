using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Drover.Functions.Relay;

/// <summary>
/// Answers with server-sent events, each part sent as soon as it is there, until they end, the client goes, or the host gives the function
/// no more time.
/// </summary>
/// <param name="cancellationToken">The function's: on Azure a function that outlasts <c>functionTimeout</c> and does not heed it takes the
/// whole worker with it.</param>
internal sealed class EventStreamResult(IAsyncEnumerable<ReadOnlyMemory<byte>> text, CancellationToken cancellationToken) : IResult
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
        using var end = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, cancellationToken);
        try
        {
            if (HttpMethods.IsGet(httpContext.Request.Method))
            {
                await response.Body.WriteAsync(Retry, end.Token);
            }

            await foreach (var part in text.WithCancellation(end.Token))
            {
                await response.Body.WriteAsync(part, end.Token);
                await response.Body.FlushAsync(end.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && end.IsCancellationRequested)
        {
            // The stream goes on without this client. If it is still there, it must see that this was not the end.
            httpContext.Abort();
        }
        catch
        {
            httpContext.Abort();
            throw;
        }
    }
}
