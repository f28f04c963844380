using Drover.Files;
using Drover.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>GET</c> and <c>DELETE /v1/files/{id}</c>, and <c>GET /v1/files/{id}/content</c>, which streams.</summary>
/// <remarks>A batch's outcomes are readable while it runs: as far as there are any.</remarks>
public sealed class OneFile(OpenAiGate gate, FileStore files)
{
    [Function("GetFile")]
    public Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/files/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
            Results.Json(FileObject.Of(await FindAsync(id, cancellationToken)), OpenAiJson.Readable.FileObject));

    [Function("GetFileContent")]
    public Task<IResult> GetContentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/files/{id}/content")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var file = await FindAsync(id, cancellationToken);
            request.HttpContext.Response.Headers.ContentDisposition = Attachment(file.Name);
            return new StreamResult("application/octet-stream", (output, cancellation) => files.CopyAsync(file, output, cancellation), cancellationToken);
        });

    [Function("DeleteFile")]
    public Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/files/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var file = await FindAsync(id, cancellationToken);
            if (FileId.BatchFileOf(id) is (BatchFile.Input, var batchId))
            {
                throw new OpenAiException(StatusCodes.Status400BadRequest, $"The input of batch '{batchId}' was not uploaded as a file, so it cannot be deleted as one.", "id");
            }

            await files.DeleteAsync(file, cancellationToken);
            return Results.Json(new FileDeleted(file.Id), OpenAiJson.Readable.FileDeleted);
        });

    private async Task<StoredFile> FindAsync(string id, CancellationToken cancellationToken) =>
        await files.FindAsync(id, cancellationToken) ?? throw OpenAiException.NoSuchFile(id);

    // RFC 6266: a plain name for all, and beside it the full one where it is not plain.
    private static string Attachment(string name)
    {
        var plain = new string([.. name.Select(c => c is < ' ' or > '~' or '"' or '\\' ? '_' : c)]);
        return plain == name ? $"attachment; filename=\"{plain}\"" : $"attachment; filename=\"{plain}\"; filename*=UTF-8''{Uri.EscapeDataString(name)}";
    }
}
