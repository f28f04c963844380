using Drover.Functions.Batches;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>POST /v1/batches/{id}/cancel</c>.</summary>
public sealed class CancelBatchObject(OpenAiGate gate, BatchObjects objects, BatchCanceller canceller)
{
    [Function(nameof(CancelBatchObject))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/batches/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            await objects.FindAsync(request, id, cancellationToken);
            var (view, refusal) = await canceller.CancelAsync(client, id, cancellationToken);
            if (view is null)
            {
                throw OpenAiException.NoSuchBatch(id);
            }

            if (refusal is not null)
            {
                throw OpenAiException.Conflict(request, $"Cannot cancel a batch with status '{BatchObject.StatusOf(view.Status)}'.");
            }

            return Results.Json(await objects.OfAsync(view, cancellationToken), OpenAiJson.Readable.BatchObject);
        });
}
