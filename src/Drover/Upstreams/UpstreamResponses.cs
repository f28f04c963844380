using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.Json;
using Drover.OpenAI;
using Drover.Throttling;

namespace Drover.Upstreams;

/// <remarks>Calls of <c>/v1/responses</c>: by the upstream's own route, or put as chat completions where it has none.</remarks>
public sealed partial class Upstream
{
    private long _lacksResponsesUntil;

    // A 404 may also be about something that the request names. It was about the route if the same asked as a chat completion is
    // not answered so; and a 404 costs nothing, so what is paid is paid once.
    private async Task<Answer> RespondAsync(ApiCall call, Permit permit, CancellationToken stopRetrying)
    {
        if (!(_options.HasResponses ?? _time.GetUtcNow().Ticks >= Volatile.Read(ref _lacksResponsesUntil)))
        {
            return await RespondByChatAsync(call, null, permit, stopRetrying);
        }

        var own = await CallRouteAsync(call, permit, stopRetrying);
        if (_options.HasResponses == true || !IsNotThere(own.Result))
        {
            return own;
        }

        own.Dispose();
        try
        {
            permit = await Throttle.AcquireAsync(call.Tokens, stopRetrying, call.IsAwaited);
        }
        catch (OperationCanceledException) when (stopRetrying.IsCancellationRequested)
        {
            return own with { Result = UpstreamPipelines.Stopped };
        }

        var chat = await RespondByChatAsync(call, own.Result, permit, stopRetrying);
        if (chat.Attempts > 0 && chat.Result.Outcome is Outcome.Result or Outcome.Rejected && !IsNotThere(chat.Result))
        {
            RememberNoResponses();
        }

        return chat with { Result = IsNotThere(chat.Result) ? own.Result : chat.Result, Attempts = own.Attempts + chat.Attempts };
    }

    // Some say it with a good status.
    private static bool IsNotThere(CallResult result) =>
        result is { Outcome: Outcome.Rejected, Status: 404 or 405 } or { Outcome: Outcome.SetupWrong, Status: 200 };

    private async Task<Answer> RespondByChatAsync(ApiCall call, CallResult? own, Permit permit, CancellationToken stopRetrying)
    {
        using var request = JsonDocument.Parse(call.Body);
        if (Translate(request.RootElement, own, out var refusal) is not { } body)
        {
            return new Answer(refusal!, 0, permit);
        }

        var chat = await CallRouteAsync(call with { Url = "/v1/chat/completions", Body = body }, permit, stopRetrying);
        return chat.Result.Outcome == Outcome.Result ? chat with { Result = ResponseOf(chat.Result, request.RootElement) } : chat;
    }

    private void RememberNoResponses()
    {
        var now = _time.GetUtcNow();
        if (Interlocked.Exchange(ref _lacksResponsesUntil, (now + GoneFor).Ticks) <= now.Ticks)
        {
            UpstreamLog.NoResponses(_logger, Name);
        }
    }

    private byte[]? Translate(JsonElement request, CallResult? own, out CallResult? refusal)
    {
        try
        {
            refusal = null;
            return ResponsesRequest.ToChat(request);
        }
        catch (UntranslatableException e)
        {
            var why = own is null ? "has no /v1/responses" : $"answers {own.Status} to /v1/responses, '{own.ErrorMessage}'";
            var message =
                $"'{e.Parameter}' {e.Message}. (The upstream '{Name}' {why}, so that the request is put as one of /v1/chat/completions.)";
            refusal = Refusal(message, e.Parameter);
            return null;
        }
        catch (InvalidOperationException)
        {
            // All that JSON lets in and .NET does not.
            refusal = Refusal("The request holds text that is not Unicode: half of a surrogate pair.", null);
            return null;
        }
    }

    private static CallResult ResponseOf(CallResult chat, JsonElement request)
    {
        try
        {
            using var answer = JsonDocument.Parse(chat.Body);
            return chat with { Body = ResponsesAnswer.Of(answer.RootElement, request) };
        }
        catch (InvalidOperationException)
        {
            return chat; // It holds half of a surrogate pair, and is paid for: the chat completion as it came is better than nothing.
        }
    }

    // As the API says it of a parameter that the model does not take.
    private static CallResult Refusal(string message, string? parameter)
    {
        const string Code = "unsupported_parameter";
        var error = new JsonObject { ["message"] = message, ["type"] = "invalid_request_error", ["param"] = parameter, ["code"] = Code };
        var body = Encoding.UTF8.GetBytes(new JsonObject { ["error"] = error }.ToJsonString(ReadableJson.Options));
        return new CallResult(Outcome.Rejected)
        {
            Status = 400,
            Body = body,
            IsJson = true,
            ErrorCode = Code,
            ErrorMessage = Excerpt.Of(message)
        };
    }
}
