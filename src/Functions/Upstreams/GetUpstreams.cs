using Drover.Functions.Http;
using Drover.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Upstreams;

/// <summary>
/// HTTP <c>GET /api/upstreams[?test=true]</c>: how the upstreams, their keys and their limits stand, as this process sees them.
/// </summary>
/// <remarks>
/// With <c>test=true</c> each key asks for <c>GET /v1/models</c> first, which costs nothing. Keys go by their place in the settings.
/// </remarks>
public sealed class GetUpstreams(UpstreamPool upstreams)
{
    [Function(nameof(GetUpstreams))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/upstreams")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        string? asked = request.Query["test"];
        if (asked is not (null or "true" or "false"))
        {
            return Answers.Error(StatusCodes.Status400BadRequest, $"'test' is '{asked}'; it must be true or false.", param: "test");
        }

        var views = new List<UpstreamView>();
        foreach (var upstream in upstreams.All)
        {
            var tests = asked == "true" ? await upstream.TestAsync(cancellationToken) : null;
            views.Add(UpstreamView.Of(upstream, tests));
        }

        return Results.Json(new UpstreamList(views), ApiJson.Readable.UpstreamList);
    }
}
