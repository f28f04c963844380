using Drover.Functions.Callers;
using Drover.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Batches;

/// <summary>
/// HTTP <c>POST /api/batches/{id}/retry</c>: runs what failed in a batch that has ended again, all of it or, with <c>?code=</c> (which
/// may be repeated), what failed with these codes. 202 with the batch, which is in progress again.
/// </summary>
public sealed class RetryBatch(VisibleBatches batches, BatchRetrier retrier)
{
    [Function(nameof(RetryBatch))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/batches/{id}/retry")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(request, id, cancellationToken) is null)
        {
            return Answers.NoSuchBatch(id);
        }

        var (view, refusal) = await retrier.RetryAsync(client, id, [.. request.Query["code"].OfType<string>()], cancellationToken);
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

        return Answers.Batch(view, view.HasEnded ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }
}
