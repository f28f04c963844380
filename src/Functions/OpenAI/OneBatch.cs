using Drover.Batches;
using Drover.Functions.Batches;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>GET /v1/batches/{id}</c>, <c>POST /v1/batches/{id}/cancel</c> and <c>POST /v1/batches/{id}/retry</c>, which the original has not.</summary>
public sealed class OneBatch(OpenAiGate gate, BatchObjects objects, BatchCanceller canceller, BatchRetrier retrier)
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
                throw Conflict(request, $"Cannot cancel a batch with status '{BatchObject.StatusOf(view.Status)}'.");
            }

            return Results.Json(await objects.OfAsync(view, cancellationToken), OpenAiJson.Readable.BatchObject);
        });

    /// <summary>Runs what failed in a batch that has ended again: all of it or, with <c>?code=</c> (which may be repeated), what failed with these codes.</summary>
    [Function("RetryBatchObject")]
    public Task<IResult> RetryAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/batches/{id}/retry")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var (view, refusal) = await retrier.RetryAsync(client, id, [.. request.Query["code"].OfType<string>()], cancellationToken);
            return view is null ? throw OpenAiException.NoSuchBatch(id)
                : refusal is not null ? throw Conflict(request, refusal)
                : Results.Json(await objects.OfAsync(view, cancellationToken), OpenAiJson.Readable.BatchObject);
        });

    // 409 makes the SDKs try again unless they are told not to.
    private static OpenAiException Conflict(HttpRequest request, string message)
    {
        request.HttpContext.Response.Headers["x-should-retry"] = "false";
        return new OpenAiException(StatusCodes.Status409Conflict, message);
    }
}
