using Drover.Functions.Callers;
using Drover.Functions.Http;
using Drover.Outcomes;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Batches;

/// <summary>HTTP <c>GET /api/batches/{id}/results</c> and <c>/errors</c>: JSONL, streamed, readable while the batch runs.</summary>
public sealed class GetOutcomes(VisibleBatches batches, OutcomeFiles files)
{
    [Function("GetResults")]
    public Task<IResult> GetResultsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/batches/{id}/results")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) =>
        StreamAsync(request, id, (output, cancellation) => files.CopyResultsAsync(id, output, cancellation), cancellationToken);

    [Function("GetErrors")]
    public Task<IResult> GetErrorsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/batches/{id}/errors")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) =>
        StreamAsync(request, id, (output, cancellation) => files.CopyErrorsAsync(id, output, cancellation), cancellationToken);

    private async Task<IResult> StreamAsync(
        HttpRequest request, string id, Func<Stream, CancellationToken, Task> copy, CancellationToken cancellationToken) =>
        await batches.FindAsync(request, id, cancellationToken) is not null
            ? new StreamResult("application/jsonl", copy, cancellationToken)
            : Answers.NoSuchBatch(id);
}
