using Drover.Access;
using Drover.Functions.Http;

namespace Drover.LocalHost.Hosting;

/// <summary>
/// Puts <see cref="StrangerGuard"/> before everything that this host answers, and lets the pages in that the settings name.
/// </summary>
internal static class WebGuard
{
    public static void Use(WebApplication app, WebAccess web, bool hasKeys)
    {
        var guard = app.Services.GetRequiredService<StrangerGuard>();
        app.Use(async (http, next) =>
        {
            if (!await guard.RefusesAsync(http, needsKey: hasKeys || http.ShowsKey()))
            {
                await next(http);
            }
        });

        if (web.OriginList.Count > 0)
        {
            app.UseCors(cors => cors.WithOrigins([.. web.OriginList]).AllowAnyHeader().AllowAnyMethod()
                .WithExposedHeaders("x-request-id", "retry-after", "location", "x-drover-stream-id", "x-drover-documents"));
        }
    }
}
