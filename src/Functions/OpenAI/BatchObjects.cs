using Drover.Batches;
using Drover.Functions.Batches;
using Drover.Functions.Callers;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>Shows batches as the OpenAI API does.</summary>
public sealed class BatchObjects(BatchStore store, VisibleBatches batches, BatchViews views)
{
    private const int MostErrors = 100;

    /// <summary>A batch that must be there.</summary>
    /// <exception cref="OpenAiException">There is none of that id for this caller.</exception>
    public async Task<BatchSpec> FindAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        await batches.FindAsync(request, id, cancellationToken) ?? throw OpenAiException.NoSuchBatch(id);

    /// <summary>How a batch stands.</summary>
    public async Task<BatchObject> OfAsync(DurableTaskClient client, BatchSpec spec, CancellationToken cancellationToken) =>
        await OfAsync(await views.OfAsync(client, spec, cancellationToken), cancellationToken);

    /// <summary>The batch of a view.</summary>
    public async Task<BatchObject> OfAsync(BatchView view, CancellationToken cancellationToken)
    {
        var batch = BatchObject.Of(view);
        if (batch.Status != BatchStatus.Failed)
        {
            return batch;
        }

        var lines = view.Status == BatchStatus.Failed ? await store.FindInvalidLinesAsync(view.Id, MostErrors, cancellationToken) : [];
        return batch with
        {
            Errors = new BatchErrors(lines.Count > 0
                ? [.. lines.Select(l => new BatchError(l.Code, l.Message, l.Line))]
                : [new BatchError(view.Code ?? $"batch_{view.Status}", view.Reason ?? "The batch could not go on.", null)]),
        };
    }
}
