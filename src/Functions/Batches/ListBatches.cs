using System.Globalization;
using Drover.Functions.Callers;
using Drover.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Batches;

/// <summary>HTTP <c>GET /api/batches?limit=20&amp;after=ID</c>: the batches, newest first.</summary>
public sealed class ListBatches(VisibleBatches batches, BatchViews views)
{
    private const int DefaultLimit = 20;
    private const int MostLimit = 100;

    [Function(nameof(ListBatches))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/batches")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var limit = DefaultLimit;
        string? asked = request.Query["limit"], after = request.Query["after"];
        if (asked is not null && (!int.TryParse(asked, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MostLimit))
        {
            return Answers.Error(
                StatusCodes.Status400BadRequest, $"'limit' is '{asked}'; it must be a whole number from 1 to {MostLimit}.", param: "limit");
        }

        if (after is not null && await batches.FindAsync(request, after, cancellationToken) is null)
        {
            return Answers.Error(StatusCodes.Status400BadRequest, $"'after' is '{after}'; there is no such batch.", param: "after");
        }

        var page = new List<BatchView>();
        await foreach (var spec in batches.ListAsync(request, after, cancellationToken))
        {
            if (page.Count == limit)
            {
                return Page(page, hasMore: true);
            }

            page.Add(await views.OfAsync(client, spec, cancellationToken));
        }

        return Page(page, hasMore: false);
    }

    private static IResult Page(List<BatchView> page, bool hasMore) => Results.Json(
        new BatchList(page, page.Count > 0 ? page[0].Id : null, page.Count > 0 ? page[^1].Id : null, hasMore), ApiJson.Readable.BatchList);
}
