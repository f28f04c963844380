using Drover.Functions.Callers;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>GET /v1/files/{id}</c>.</summary>
public sealed class GetFile(OpenAiGate gate, VisibleFiles files)
{
    [Function(nameof(GetFile))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/files/{id}")] HttpRequest request, string id,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
            Results.Json(
                FileObject.Of(await files.GetAsync(request, id, cancellationToken)),
                OpenAiJson.Readable.FileObject));
}
