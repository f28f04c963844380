using System.Globalization;
using System.Text.Json;
using Drover.Estimates;
using Drover.Files;
using Drover.Functions.Batches;
using Drover.Functions.Callers;
using Drover.Intake;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.OpenAI;

/// <summary>
/// HTTP <c>POST /v1/batches</c>: makes a batch from a file and starts it. An SDK's repetition of the same call is the same batch.
/// </summary>
/// <remarks>With <c>x-drover-estimate: true</c>, the answer's headers estimate it.</remarks>
public sealed class CreateBatch(
    OpenAiGate gate, VisibleFiles files, CreateClaims claims, Estimator estimator, BatchIntake intake, BatchStarter starter,
    BatchObjects objects)
{
    [Function(nameof(CreateBatch))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/batches")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        gate.AnswerAsync(request, async () =>
        {
            var isEstimateAsked = EstimateHeaders.IsAsked(request);
            var asked = await CreateBatchRequest.ReadAsync(request, cancellationToken);
            var file = await files.GetAsync(request, asked.InputFileId, cancellationToken);
            if (file.Purpose != "batch")
            {
                throw new OpenAiException(
                    StatusCodes.Status400BadRequest,
                    $"Invalid 'input_file_id': the purpose of the file must be 'batch', but it is '{file.Purpose}'.", "input_file_id",
                    "invalid_value");
            }

            var key = gate.KeyOf(request);
            var batch = new NewBatch
            {
                Id = await claims.ClaimAsync(Fingerprint(asked, key), IsRepetition(request), cancellationToken),
                InputBlob = await files.ContentAsync(file, cancellationToken),
                InputName = file.Name,
                Endpoint = asked.Endpoint,
                OutputLifetime = asked.OutputLifetime,
                Key = key,
                Metadata = asked.Metadata,
            };
            if (isEstimateAsked)
            {
                EstimateHeaders.Write(request.HttpContext.Response.Headers, await estimator.EstimateAsync(batch, null, cancellationToken));
            }

            var spec = await intake.TakeAsync(batch, null, cancellationToken);
            await starter.StartAsync(client, spec.Id, cancellationToken);
            return Results.Json(await objects.OfAsync(client, spec, cancellationToken), OpenAiJson.Readable.BatchObject);
        });

    // Node and Python count their tries; others cannot be told from somebody who wants the same again.
    private static bool IsRepetition(HttpRequest request) =>
        int.TryParse(request.Headers["x-stainless-retry-count"], CultureInfo.InvariantCulture, out var count) && count > 0;

    private static string Fingerprint(CreateBatchRequest asked, string? key) => JsonSerializer.Serialize(
        [
            asked.InputFileId, asked.Endpoint, asked.OutputLifetime?.ToString() ?? "", key ?? "",
            .. (asked.Metadata ?? new Dictionary<string, string>())
                .OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => new[] { p.Key, p.Value }),
        ],
        OpenAiJson.Default.StringArray);
}
