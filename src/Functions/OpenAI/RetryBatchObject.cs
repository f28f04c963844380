using Drover.Functions.Batches;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>POST /v1/batches/{id}/retry</c>, which the original has not: reruns what failed in an ended batch.</summary>
/// <remarks>All of it or, with <c>?code=</c> (which may be repeated), what failed with these codes.</remarks>
public sealed class RetryBatchObject(OpenAiGate gate, BatchObjects objects, BatchRetrier retrier)
{
    [Function(nameof(RetryBatchObject))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/batches/{id}/retry")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            await objects.FindAsync(request, id, cancellationToken);
            var (view, refusal) = await retrier.RetryAsync(client, id, [.. request.Query["code"].OfType<string>()], cancellationToken);
            return view is null ? throw OpenAiException.NoSuchBatch(id)
                : refusal is not null ? throw OpenAiException.Conflict(request, refusal)
                : Results.Json(await objects.OfAsync(view, cancellationToken), OpenAiJson.Readable.BatchObject);
        });
}
