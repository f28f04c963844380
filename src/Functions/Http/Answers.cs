using Drover.Functions.Batches;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Http;

/// <summary>The answers of the API.</summary>
internal static class Answers
{
    public static IResult Batch(BatchView view, int status = StatusCodes.Status200OK) =>
        Results.Json(view, ApiJson.Readable.BatchView, statusCode: status);

    public static IResult Error(
        int status, string message, string? code = null, string? param = null, string type = "invalid_request_error") =>
        Results.Json(new ErrorBody(new ErrorDetail(message, type, param, code)), ApiJson.Readable.ErrorBody, statusCode: status);

    public static IResult NoSuchBatch(string id) =>
        Error(StatusCodes.Status404NotFound, $"No such batch: '{(id.Length <= 100 ? id : id[..100])}'.", "batch_not_found", "id");
}
