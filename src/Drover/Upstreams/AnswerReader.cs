using System.Text;
using System.Text.Json;
using Drover.Json;
using Drover.OpenAI;
using Drover.Throttling;

namespace Drover.Upstreams;

/// <summary>What an HTTP answer means: the table of outcomes in <c>docs/architecture.md</c>.</summary>
internal static class AnswerReader
{
    /// <summary>The code of a good status with a body that holds no answer.</summary>
    public const string Unreadable = "unreadable_answer";

    /// <summary>Reads an answer.</summary>
    /// <param name="url">The OpenAI route that was asked, which says what an answer must hold.</param>
    /// <param name="now">For dates in <c>Retry-After</c>.</param>
    public static CallResult Read(HttpResponseMessage response, byte[] body, string url, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        var json = AnswerText.Read(body, out var reply);
        var result = new CallResult(Outcome.Result)
        {
            Status = status,
            Body = json is null ? body : OneLine.Of(json),
            IsJson = json is not null,
            RequestId = RequestId(response),
            Model = reply.Model is null ? null : Excerpt.Of(reply.Model),
            Usage = reply.Usage ?? default,
            IsUsageKnown = reply.Usage is not null,
            Rates = RateHeaders.Read(response.Headers),
        };
        return IsGood(status) && IsWhole(reply, url) ? result : WithError(result, reply, response, url, now);
    }

    /// <summary>Whether JSON is an answer to a request to that route, and not an error in the dress of one.</summary>
    public static bool IsAnswer(ReadOnlySpan<byte> json, string url)
    {
        try
        {
            return IsWhole(ReplyReader.Read(json), url);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Of an answer that is a stream and has begun.</summary>
    public static CallResult ReadHead(HttpResponseMessage response) => new(Outcome.Result)
    {
        Status = (int)response.StatusCode,
        RequestId = RequestId(response),
        Rates = RateHeaders.Read(response.Headers),
    };

    private static bool IsGood(int status) => status is >= 200 and < 300;

    private static bool IsWhole(Reply reply, string url) => reply.Holds(url) && !reply.HasError && !IsUnfinished(reply, url);

    // https://platform.openai.com/docs/api-reference/responses/object: completed, failed, in_progress, cancelled, queued, incomplete.
    private static bool IsUnfinished(Reply reply, string url) =>
        url == ResponsesRequest.Url && reply.Status is "failed" or "cancelled" or "incomplete" or "in_progress" or "queued";

    private static CallResult WithError(CallResult result, Reply reply, HttpResponseMessage response, string url, DateTimeOffset now)
    {
        var words = result.IsJson ? WordsOf(result.Body) : null;
        var retryAfter = RetryAfter.Read(response.Headers, now);
        if (IsGood(result.Status) && words is null)
        {
            if (IsPage(response, result))
            {
                var page = $"The upstream answered {result.Status} with a page for people, not with JSON.";
                return result with
                {
                    Outcome = Outcome.SetupWrong,
                    IsUnreadable = true,
                    ErrorCode = Unreadable,
                    ErrorMessage = Excerpt.Of(SetupHint(response, page)),
                };
            }

            var what = !result.IsJson ? "with a body that is not JSON" : "without a completion";
            return result with
            {
                Outcome = Outcome.Later,
                IsUnreadable = true,
                ErrorCode = Unreadable,
                ErrorMessage = Excerpt.Of($"The upstream answered {result.Status} {what}: {TextOf(result.Body)}"),
                RetryAfter = retryAfter,
            };
        }

        var outcome = reply.Status is "incomplete" or "cancelled" && IsGood(result.Status)
            ? Outcome.Rejected
            : Judgement.Of(result.Status, words);
        if (outcome == Outcome.SetupWrong && result.Status is 404 or 405 && url == ResponsesRequest.Url)
        {
            outcome = Outcome.Rejected; // Many have all routes but this one.
        }

        var message = words?.Message ?? $"The upstream answered {result.Status} {response.ReasonPhrase}.";
        return result with
        {
            Outcome = outcome,
            ErrorCode = Excerpt.Of(words?.Code ?? $"http_{result.Status}"),
            ErrorMessage = Excerpt.Of(outcome == Outcome.SetupWrong ? SetupHint(response, message) : message),
            Parameter = words?.Parameter,
            RetryAfter = retryAfter,
        };
    }

    // A web server that answers every path with its page, or the page of a portal on the way.
    private static bool IsPage(HttpResponseMessage response, CallResult result) => !result.IsJson
        && response.Content.Headers.ContentType?.MediaType?.Contains("html", StringComparison.OrdinalIgnoreCase) == true
        && result.Body.Span.TrimStart(" \r\n\t"u8).StartsWith("<"u8);

    private static ErrorWords? WordsOf(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object
            || (root.TryGetProperty("error", out var error) && ErrorWords.OfMember(error, root) is not null))
        {
            return ErrorWords.Read(root);
        }

        foreach (
            var choice in root.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array
                ? choices.EnumerateArray()
                : default)
        {
            if (choice.ValueKind == JsonValueKind.Object && ErrorWords.OfChoice(choice) is { } words)
            {
                return words;
            }
        }

        if (root.TryGetProperty("incomplete_details", out var details) && details.ValueKind == JsonValueKind.Object
            && details.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String
            && JsonText.Of(reason) is { Length: > 0 } why)
        {
            return new ErrorWords(why, $"The response is incomplete: {why}.");
        }

        return root.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String
            && root.TryGetProperty("output", out _)
            ? new ErrorWords($"response_{JsonText.Shown(status)}", $"The response has the status '{JsonText.Shown(status)}'.")
            : root.TryGetProperty("choices", out _) ? null : ErrorWords.Read(root);
    }

    private static string SetupHint(HttpResponseMessage response, string message) => (int)response.StatusCode switch
    {
        >= 300 and < 400 => $"{message} It redirects to {Excerpt.Of($"{response.Headers.Location}", 200)}; redirects are not followed. If that is the API, set the base URL to it.",
        _ => $"{message} There is no such route at {response.RequestMessage?.RequestUri?.GetLeftPart(UriPartial.Path)}: the base URL should end with the API's version, such as /v1.",
    };

    private static string TextOf(ReadOnlyMemory<byte> body) => Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 2_000)]);

    private static string? RequestId(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("x-request-id", out var id) ? id.ToString() : null;
}
