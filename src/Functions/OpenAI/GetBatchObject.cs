using Drover.Batches;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>GET /v1/batches/{id}</c>.</summary>
public sealed class GetBatchObject(OpenAiGate gate, BatchObjects objects)
{
    [Function(nameof(GetBatchObject))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/batches/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var batch = await objects.OfAsync(client, await objects.FindAsync(request, id, cancellationToken), cancellationToken);
            if (!BatchStatus.IsEnd(batch.Status))
            {
                request.HttpContext.Response.Headers.RetryAfter = "1";
            }

            return Results.Json(batch, OpenAiJson.Readable.BatchObject);
        });
}
