using Drover.Functions.Callers;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>GET /v1/batches?limit=&amp;after=</c>: the batches, newest first, whichever surface they were made by.</summary>
public sealed class ListBatchObjects(OpenAiGate gate, VisibleBatches batches, BatchObjects objects)
{
    [Function(nameof(ListBatchObjects))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/batches")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var paging = Paging.Read(request.Query, defaultLimit: 20, mostLimit: 100);
            if (paging.After is not null)
            {
                await objects.FindAsync(request, paging.After, cancellationToken);
            }

            var (specs, hasMore) = await paging.TakeAsync(batches.ListAsync(request, paging.After, cancellationToken));
            var page = new List<BatchObject>(specs.Count);
            foreach (var spec in specs)
            {
                page.Add(await objects.OfAsync(client, spec, cancellationToken));
            }

            return Results.Json(
                new BatchObjectList(page, page.FirstOrDefault()?.Id, page.LastOrDefault()?.Id, hasMore),
                OpenAiJson.Readable.BatchObjectList);
        });
}
