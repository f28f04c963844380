using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Http;

/// <summary>
/// Answers with a body that is copied as it comes, until it ends, the client goes, or the host gives the function no more time.
/// </summary>
/// <remarks>
/// When the copy breaks off, so does the connection, for only that tells the client that the rest is missing: the worker on
/// Azure ends the answer of a function that throws as if it were whole.
/// </remarks>
internal sealed class StreamResult(
    string contentType, Func<Stream, CancellationToken, Task> copy, CancellationToken cancellationToken) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, cancellationToken);
        httpContext.Response.ContentType = contentType;
        try
        {
            await copy(httpContext.Response.Body, end.Token);
        }
        catch
        {
            if (httpContext.Response.HasStarted)
            {
                httpContext.Abort();
            }
            else
            {
                httpContext.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }

            throw;
        }
    }
}
