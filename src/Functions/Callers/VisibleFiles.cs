using Drover.Access;
using Drover.Files;
using Drover.Functions.OpenAI;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Callers;

/// <summary>The files as a caller sees them: what another key uploaded, or the outcomes of its batches, are not there.</summary>
public sealed class VisibleFiles(FileStore files, CallerKeys keys)
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
    public IAsyncEnumerable<StoredFile> ListAsync(HttpRequest request, string? after, bool oldestFirst, CancellationToken cancellationToken)
    {
        var caller = Caller(request);
        return files.ListAsync(after, oldestFirst, cancellationToken).Where(file => caller.Sees(file.Key));
    }

    private Caller Caller(HttpRequest request) => keys.CallerOf(request.Headers.Authorization);
}
