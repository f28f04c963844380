using System.Text.Json;
using Drover.Simulator.Answers;
using Drover.Simulator.Calls;

namespace Drover.Simulator.Http;

/// <summary>Turns a body into a call, or into the API's error.</summary>
internal static class CallReader
{
    public static JsonDocument Parse(RequestBody body)
    {
        try
        {
            var document = JsonDocument.Parse(body.Memory);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new ApiException(ApiError.NotJson);
        }
        catch (JsonException)
        {
            throw new ApiException(ApiError.NotJson);
        }
    }

    /// <summary>The call and what will be answered to it, made at once because limits count its tokens.</summary>
    public static (ModelCall Call, Answer[] Answers) Read(Endpoint endpoint, JsonElement root, SimulatorOptions options)
    {
        ModelCall call;
        try
        {
            call = endpoint.Read(root, options);
        }
        catch (InvalidOperationException)
        {
            // A text with half a surrogate pair, or a member of another type than anyone would send.
            throw new ApiException(ApiError.NotJson);
        }

        var asked = call.PromptTokens + (long)(call.Dimensions > 0 ? 0 : call.MaxTokens ?? 0);
        if (asked > call.Model.ContextTokens)
        {
            throw new ApiException(TooLong(call, asked));
        }

        try
        {
            return (call, AnswerMaker.Make(call, options));
        }
        catch (InvalidOperationException e)
        {
            throw new ApiException(ApiError.Invalid($"Invalid schema for response_format: {e.Message}", "response_format", null));
        }
    }

    private static ApiError TooLong(ModelCall call, long asked) => ApiError.Invalid(
        call.MaxTokens is > 0 and var max
            ? $"This model's maximum context length is {call.Model.ContextTokens} tokens. However, you requested {asked} tokens ({call.PromptTokens} in the messages, {max} in the completion). Please reduce the length of the messages or completion."
            : $"This model's maximum context length is {call.Model.ContextTokens} tokens. However, your messages resulted in {asked} tokens. Please reduce the length of the messages.",
        "messages", "context_length_exceeded");
}
