using System.Net;
using System.Text.Json;
using System.Text.Unicode;
using Drover.Json;
using Drover.OpenAI;
using Drover.Throttling;

namespace Drover.Upstreams;

/// <summary>What an HTTP answer means: the table of outcomes in <c>docs/architecture.md</c>.</summary>
internal static class AnswerReader
{
    public static CallResult Read(HttpResponseMessage response, byte[] body, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        var (isJson, reply) = Parse(body);
        var code = Excerpt.Of(reply.ErrorCode ?? $"http_{status}");
        return new CallResult(OutcomeOf(status, isJson, code))
        {
            Status = status,
            Body = isJson ? OneLine.Of(body) : body,
            IsJson = isJson,
            IsAnswerLost = status == 200 && !isJson,
            RequestId = RequestId(response),
            Model = reply.Model is null ? null : Excerpt.Of(reply.Model),
            Usage = reply.Usage,
            ErrorCode = status == 200 ? isJson ? null : "invalid_response" : code,
            ErrorMessage = status == 200
                ? isJson ? null : "The upstream answered 200 with a body that is not JSON."
                : Excerpt.Of(reply.ErrorMessage ?? $"The upstream answered {status} {response.ReasonPhrase}."),
            Rates = RateHeaders.Read(response.Headers),
            RetryAfter = status == 200 ? null : RetryAfter.Read(response.Headers, now),
        };
    }

    /// <summary>Of an answer that is a stream and has begun.</summary>
    public static CallResult ReadHead(HttpResponseMessage response) => new(Outcome.Result)
    {
        Status = (int)response.StatusCode,
        RequestId = RequestId(response),
        Rates = RateHeaders.Read(response.Headers),
    };

    private static string? RequestId(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("x-request-id", out var id) ? id.ToString() : null;

    private static Outcome OutcomeOf(int status, bool isJson, string code) => status switch
    {
        200 => isJson ? Outcome.Result : Outcome.Later,
        401 or 402 or 403 => Outcome.KeyRefused,
        429 when code == "insufficient_quota" => Outcome.KeyRefused,
        404 when code == "model_not_found" => Outcome.ModelUnknown,
        (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.Conflict or 425 or 429 or >= 500 => Outcome.Later,
        _ => Outcome.Rejected,
    };

    private static (bool IsJson, ReplyReader.Reply Reply) Parse(byte[] body)
    {
        try
        {
            return body.Length > 0 && Utf8.IsValid(body) ? (true, ReplyReader.Read(body)) : default;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return default;
        }
    }
}
