using Drover.Access;

namespace Drover.LocalHost.Hosting;

/// <summary>Asks <see cref="StrangerRule"/> about every request to a host without keys for callers, whatever its route.</summary>
internal static class StrangerGuard
{
    private const string Files = "/v1/files";

    public static void Use(WebApplication app, WebAccess web, bool hasKeys)
    {
        var rule = new StrangerRule(web);
        if (!hasKeys)
        {
            app.Use((http, next) => rule.Check(Of(http.Request)) is { } refusal ? RefuseAsync(http, refusal) : next(http));
        }

        if (web.OriginList.Count > 0)
        {
            app.UseCors(cors => cors.WithOrigins([.. web.OriginList]).AllowAnyHeader().AllowAnyMethod()
                .WithExposedHeaders("x-request-id", "retry-after", "location"));
        }
    }

    private static WebRequest Of(HttpRequest request) => new(request.Scheme, request.Host.Value ?? "", request.Method)
    {
        Origin = Header(request, "Origin"),
        FetchSite = Header(request, "Sec-Fetch-Site"),
        FetchMode = Header(request, "Sec-Fetch-Mode"),
        FetchTarget = Header(request, "Sec-Fetch-Dest"),
        ContentType = request.ContentType,
        HasBody = request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0,
        TakesForms = request.Path.StartsWithSegments(Files, StringComparison.OrdinalIgnoreCase),
    };

    private static string? Header(HttpRequest request, string name) =>
        request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    private static Task RefuseAsync(HttpContext http, Refusal refusal)
    {
        http.Response.StatusCode = refusal.Status;
        return http.Response.WriteAsJsonAsync(
            new { error = new { message = refusal.Message, type = "invalid_request_error", param = (string?)null, code = refusal.Code } });
    }
}
