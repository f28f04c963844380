using Drover.Functions.Callers;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>HTTP <c>GET /v1/files?purpose=&amp;limit=&amp;after=&amp;order=</c>: the files, newest first.</summary>
public sealed class ListFiles(OpenAiGate gate, VisibleFiles files)
{
    private const int MostFiles = 10_000;

    [Function(nameof(ListFiles))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v1/files")] HttpRequest request, CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var paging = Paging.Read(request.Query, MostFiles, MostFiles);
            string? purpose = request.Query["purpose"];
            var all = files.ListAsync(request, paging.After, paging.OldestFirst, cancellationToken)
                .Where(f => purpose is null || f.Purpose == purpose);
            var (page, hasMore) = await paging.TakeAsync(all.Select(FileObject.Of));
            return Results.Json(
                new FileList(page, page.FirstOrDefault()?.Id, page.LastOrDefault()?.Id, hasMore), OpenAiJson.Readable.FileList);
        });
}
