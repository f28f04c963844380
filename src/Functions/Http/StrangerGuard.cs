using Drover.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Drover.Functions.Http;

/// <summary>Asks <see cref="StrangerRule"/> about a request, whatever its route, and answers those that it refuses.</summary>
public sealed class StrangerGuard(StrangerRule rule)
{
    /// <summary>Answers a request that is refused.</summary>
    /// <param name="needsKey">As <see cref="WebRequest.NeedsKey"/>.</param>
    /// <param name="isForwarded">Whether another host passes all requests on and says where they went (<c>X-Forwarded-Host</c>).</param>
    /// <returns>Whether it was.</returns>
    public async Task<bool> RefusesAsync(HttpContext http, bool needsKey, bool isForwarded = false)
    {
        if (rule.Check(Of(http, needsKey, isForwarded)) is not { } refusal)
        {
            return false;
        }

        await Answers.Error(refusal.Status, refusal.Message, refusal.Code).ExecuteAsync(http);
        return true;
    }

    private static WebRequest Of(HttpContext http, bool needsKey, bool isForwarded)
    {
        var request = http.Request;
        var host = (isForwarded ? Header(request, "X-Forwarded-Host") : null) ?? request.Host.Value ?? "";
        var scheme = (isForwarded ? Header(request, "X-Forwarded-Proto") : null) ?? request.Scheme;
        return new WebRequest(scheme, host, request.Method, request.Path.Value ?? "/")
        {
            NeedsKey = needsKey,
            Origin = Header(request, "Origin"),
            FetchSite = Header(request, "Sec-Fetch-Site"),
            FetchMode = Header(request, "Sec-Fetch-Mode"),
            FetchTarget = Header(request, "Sec-Fetch-Dest"),
            ContentType = request.ContentType,
            HasBody = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentLength > 0,
        };
    }

    private static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;
}
