using Drover.Batches;
using Drover.Functions.Batches;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>GET /v1/batches/{id}</c> and <c>POST /v1/batches/{id}/cancel</c>.</summary>
public sealed class OneBatch(OpenAiGate gate, BatchObjects objects, BatchCanceller canceller)
{
    [Function("GetBatchObject")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/batches/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var batch = await objects.OfAsync(client, await objects.FindAsync(id, cancellationToken), cancellationToken);
            if (!BatchStatus.IsEnd(batch.Status))
            {
                request.HttpContext.Response.Headers.RetryAfter = "1";
            }

            return Results.Json(batch, OpenAiJson.Readable.BatchObject);
        });

    [Function("CancelBatchObject")]
    public Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/batches/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var (view, refusal) = await canceller.CancelAsync(client, id, cancellationToken);
            if (view is null)
            {
                throw OpenAiException.NoSuchBatch(id);
            }

            if (refusal is not null)
            {
                // 409 makes the SDKs try again unless they are told not to.
                request.HttpContext.Response.Headers["x-should-retry"] = "false";
                throw new OpenAiException(StatusCodes.Status409Conflict, $"Cannot cancel a batch with status '{BatchObject.StatusOf(view.Status)}'.");
            }

            return Results.Json(await objects.OfAsync(view, cancellationToken), OpenAiJson.Readable.BatchObject);
        });
}
