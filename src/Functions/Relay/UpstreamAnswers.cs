using System.Globalization;
using Drover.Calls;
using Drover.Functions.Http;
using Drover.Upstreams;
using Microsoft.AspNetCore.Http;

namespace Drover.Functions.Relay;

/// <summary>Passes an upstream's answer on; where there was none, says so in the same shape.</summary>
internal static class UpstreamAnswers
{
    public static IResult Of(HttpContext http, CallResult result)
    {
        var headers = http.Response.Headers;
        if (result.Outcome == Outcome.BudgetSpent)
        {
            headers["x-should-retry"] = "false"; // SDKs try other 429s again.
            return Answers.Error(
                StatusCodes.Status429TooManyRequests, result.ErrorMessage!, ModelCaller.SpentCode, type: ModelCaller.SpentCode);
        }

        if (result.RequestId is not null)
        {
            headers["x-request-id"] = result.RequestId;
        }

        if (result.RetryAfter is { } pause)
        {
            headers.RetryAfter = Math.Ceiling(pause.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            headers["retry-after-ms"] = Math.Ceiling(pause.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }

        if (result is { Status: not 0, IsJson: true })
        {
            http.Response.StatusCode = result.Status;
            return Results.Bytes(result.Body, "application/json");
        }

        return Results.Json(
            new ErrorBody(new ErrorDetail(result.ErrorMessage ?? "The upstream gave no answer.", "upstream_error", null, result.ErrorCode)),
            ApiJson.Readable.ErrorBody,
            statusCode: result switch
            {
                { Status: not (0 or 200) } => result.Status,
                { Outcome: Outcome.NotSent } => StatusCodes.Status503ServiceUnavailable,
                { ErrorCode: "timeout" } => StatusCodes.Status504GatewayTimeout,
                _ => StatusCodes.Status502BadGateway,
            });
    }
}
