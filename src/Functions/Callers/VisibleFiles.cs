using System.Runtime.CompilerServices;
using Drover.Access;
using Drover.Files;
using Drover.Functions.OpenAI;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Callers;

/// <summary>The files as a caller sees them: what another key uploaded, or the outcomes of its batches, are not there.</summary>
public sealed class VisibleFiles(FileStore files, VisibleBatches batches, CallerKeys keys)
{
    /// <summary>A file that must be there.</summary>
    /// <exception cref="OpenAiException">There is none of that id for this caller.</exception>
    public async Task<StoredFile> GetAsync(HttpRequest request, string id, CancellationToken cancellationToken) =>
        await files.FindAsync(id, cancellationToken) is { } file && Caller(request).Sees(file.Key)
            ? file
            : throw OpenAiException.NoSuchFile(id);

    /// <summary>The blob with the content of a file that is no batch's outcomes.</summary>
    public Task<string> ContentAsync(StoredFile file, CancellationToken cancellationToken) => files.ContentAsync(file, cancellationToken);

    /// <summary>The caller's files; see <see cref="FileStore.ListAsync"/>.</summary>
    public async IAsyncEnumerable<StoredFile> ListAsync(
        HttpRequest request, string? after, bool oldestFirst, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var caller = Caller(request);
        // Where a batch's file stands in the list would say that there is such a batch.
        var isUnknown = after is not null && FileId.BatchFileOf(after) is var (_, batch)
            && await batches.FindAsync(request, batch, cancellationToken) is null;
        await foreach (var file in files.ListAsync(isUnknown ? null : after, oldestFirst, cancellationToken))
        {
            if (caller.Sees(file.Key))
            {
                yield return file;
            }
        }
    }

    private Caller Caller(HttpRequest request) => keys.CallerOf(request.Headers.Authorization);
}
