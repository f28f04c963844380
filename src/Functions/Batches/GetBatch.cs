using Drover.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Batches;

/// <summary>HTTP <c>GET /api/batches/{id}</c>: how a batch stands. While it runs, <c>Retry-After</c> says when to ask again.</summary>
public sealed class GetBatch(BatchViews views)
{
    [Function(nameof(GetBatch))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/batches/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (!Drover.Batches.BatchSpec.IsId(id) || await views.FindAsync(client, id, cancellationToken) is not { } view)
        {
            return Answers.NoSuchBatch(id);
        }

        if (!view.HasEnded)
        {
            request.HttpContext.Response.Headers.RetryAfter = "1";
        }

        return Answers.Batch(view);
    }
}
