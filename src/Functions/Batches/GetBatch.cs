using Drover.Functions.Callers;
using Drover.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Batches;

/// <summary>HTTP <c>GET /api/batches/{id}</c>: how a batch stands. While it runs, <c>Retry-After</c> says when to ask again.</summary>
public sealed class GetBatch(VisibleBatches batches, BatchViews views)
{
    [Function(nameof(GetBatch))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/batches/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(request, id, cancellationToken) is not { } spec)
        {
            return Answers.NoSuchBatch(id);
        }

        var view = await views.OfAsync(client, spec, cancellationToken);
        if (!view.HasEnded)
        {
            request.HttpContext.Response.Headers.RetryAfter = "1";
        }

        return Answers.Batch(view);
    }
}
