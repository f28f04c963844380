using Drover.Access;
using Drover.Batches;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Callers;

/// <summary>The batches as a caller sees them: what another key made is not there.</summary>
public sealed class VisibleBatches(BatchStore store, CallerKeys keys)
{
    /// <summary>A batch, or null where there is none for this caller.</summary>
    public async Task<BatchSpec?> FindAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        BatchSpec.IsId(id) && await store.FindAsync(id, cancellationToken) is { } spec && Caller(request).Sees(spec.Key) ? spec : null;

    /// <summary>The caller's batches, newest first, those after batch <paramref name="after"/>.</summary>
    public IAsyncEnumerable<BatchSpec> ListAsync(HttpRequest request, string? after, CancellationToken cancellationToken)
    {
        var caller = Caller(request);
        return store.ListAsync(after, cancellationToken).Where(spec => caller.Sees(spec.Key));
    }

    private Caller Caller(HttpRequest request) => keys.CallerOf(request.Headers.Authorization);
}
