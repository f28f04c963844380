using Drover.Files;
using Drover.Functions.Callers;
using Drover.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>GET /v1/files/{id}/content</c>, as a stream.</summary>
/// <remarks>The outcomes of a running batch are there as far as they are written.</remarks>
public sealed class GetFileContent(OpenAiGate gate, VisibleFiles visible, FileStore files)
{
    [Function(nameof(GetFileContent))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/files/{id}/content")] HttpRequest request, string id,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var file = await visible.GetAsync(request, id, cancellationToken);
            request.HttpContext.Response.Headers.ContentDisposition = Attachment(file.Name);
            return new StreamResult(
                "application/octet-stream", (output, cancellation) => files.CopyAsync(file, output, cancellation), cancellationToken);
        });

    // RFC 6266: a plain name for all, and beside it the full one where it is not plain.
    private static string Attachment(string name)
    {
        var plain = new string([.. name.Select(c => c is < ' ' or > '~' or '"' or '\\' ? '_' : c)]);
        return plain == name
            ? $"attachment; filename=\"{plain}\""
            : $"attachment; filename=\"{plain}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}";
    }
}
