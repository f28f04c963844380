using Drover.Functions.Callers;
using Drover.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Batches;

/// <summary>
/// HTTP <c>POST /api/batches/{id}/cancel</c>: nothing more is launched, calls under way are awaited, and every item without
/// an outcome is closed as <c>batch_cancelled</c>. Takes seconds.
/// </summary>
public sealed class CancelBatch(VisibleBatches batches, BatchCanceller canceller)
{
    [Function(nameof(CancelBatch))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/batches/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(request, id, cancellationToken) is null)
        {
            return Answers.NoSuchBatch(id);
        }

        var (view, refusal) = await canceller.CancelAsync(client, id, cancellationToken);
        if (view is null)
        {
            return Answers.NoSuchBatch(id);
        }

        if (refusal is not null)
        {
            // 409 makes OpenAI's SDKs try again unless they are told not to.
            request.HttpContext.Response.Headers["x-should-retry"] = "false";
            return Answers.Error(StatusCodes.Status409Conflict, refusal);
        }

        return Answers.Batch(view);
    }
}
