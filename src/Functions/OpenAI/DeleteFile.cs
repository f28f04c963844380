using Drover.Files;
using Drover.Functions.Callers;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>DELETE /v1/files/{id}</c>.</summary>
public sealed class DeleteFile(OpenAiGate gate, VisibleFiles visible, FileStore files)
{
    [Function(nameof(DeleteFile))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/files/{id}")] HttpRequest request, string id,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var file = await visible.GetAsync(request, id, cancellationToken);
            if (FileId.BatchFileOf(id) is (BatchFile.Input, var batchId))
            {
                throw new OpenAiException(
                    StatusCodes.Status400BadRequest,
                    $"The input of batch '{batchId}' was not uploaded as a file, so it cannot be deleted as one.", "id");
            }

            await files.DeleteAsync(file, cancellationToken);
            return Results.Json(new FileDeleted(file.Id), OpenAiJson.Readable.FileDeleted);
        });
}
