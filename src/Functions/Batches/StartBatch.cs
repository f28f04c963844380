using System.Text.Json;
using Drover.Access;
using Drover.Batches;
using Drover.Estimates;
using Drover.Functions.Http;
using Drover.Intake;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Batches;

/// <summary>HTTP <c>POST /api/batches</c>: takes a batch in and starts it.</summary>
/// <remarks>
/// As JSON: <c>{"items":[…]}</c> with the parameters of <see cref="StartParameters"/>. As JSONL
/// (<c>Content-Type: application/jsonl</c> or <c>application/x-ndjson</c>): the body is the items, streamed to storage, and
/// the parameters come in the query. 202 with the batch; the same id again is the same batch. With <c>?dryRun=true</c>:
/// 200 with the estimate, and nothing is stored.
/// </remarks>
public sealed class StartBatch(CallerKeys keys, BatchIntake intake, Estimator estimator, BatchStarter starter, BatchViews views)
{
    [Function(nameof(StartBatch))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/batches")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        string? dryRun = request.Query["dryRun"];
        if (dryRun is not (null or "true" or "false"))
        {
            return Answers.Error(StatusCodes.Status400BadRequest, $"'dryRun' is '{dryRun}'; it must be true or false.", param: "dryRun");
        }

        try
        {
            var query = StartParameters.Of(request.Query) with { Key = keys.NameOf(request.Headers.Authorization) };
            var (batch, lines) = IsLines(request.ContentType)
                ? new StartBody(query, request.Body)
                : await StartBody.ReadAsync(request.Body, query, cancellationToken);
            if (dryRun == "true")
            {
                return Results.Json(await estimator.EstimateAsync(batch, lines, cancellationToken), ApiJson.Readable.Estimate);
            }

            var spec = await intake.TakeAsync(batch, lines, cancellationToken);
            await starter.StartAsync(client, spec.Id, cancellationToken, batch.TakeOver, batch.MoveUpstream);
            request.HttpContext.Response.Headers.Location = $"/api/batches/{spec.Id}";
            return Answers.Batch(await views.OfAsync(client, spec, cancellationToken), StatusCodes.Status202Accepted);
        }
        catch (JsonException e)
        {
            return Answers.Error(
                StatusCodes.Status400BadRequest,
                $"The body is not the JSON that is expected: {e.Message} (JSONL is taken with Content-Type: application/jsonl.)",
                "invalid_json");
        }
        catch (BatchRefusedException e)
        {
            return Answers.Error(e.Status, e.Message, e.Status == StatusCodes.Status409Conflict ? "batch_exists" : "invalid_request");
        }
    }

    private static bool IsLines(string? contentType) =>
        contentType is not null
        && (contentType.StartsWith("application/jsonl", StringComparison.OrdinalIgnoreCase)
            || contentType.StartsWith("application/x-ndjson", StringComparison.OrdinalIgnoreCase)
            || contentType.StartsWith("application/x-jsonlines", StringComparison.OrdinalIgnoreCase));
}
