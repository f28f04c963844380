using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Drover.OpenAI;

/// <summary>
/// Puts a chat completion as the <c>response</c> that was asked for:
/// <see href="https://platform.openai.com/docs/api-reference/responses/object"/>.
/// </summary>
internal static class ResponsesAnswer
{
    /// <summary>The response.</summary>
    /// <param name="chat">The chat completion.</param>
    /// <param name="request">The request of <c>/v1/responses</c>; a response repeats most of it.</param>
    public static byte[] Of(JsonElement chat, JsonElement request)
    {
        var choice = ResponsesRequest.Member(chat, "choices") is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0
            ? choices[0]
            : default;
        var cut = TextOf(choice, "finish_reason") switch
        {
            "length" => "max_output_tokens",
            "content_filter" => "content_filter",
            _ => null,
        };
        var status = choice.ValueKind != JsonValueKind.Object ? "failed" : cut is null ? "completed" : "incomplete";
        var id = TextOf(chat, "id") ?? "";
        JsonNode? Asked(string name, JsonNode? otherwise = null) =>
            ResponsesRequest.Member(request, name) is { } value ? ResponsesRequest.Copy(value) : otherwise;
        var response = new JsonObject
        {
            ["id"] = $"resp_{id}",
            ["object"] = "response",
            ["created_at"] = Number(chat, "created"),
            ["status"] = status,
            ["background"] = false,
            ["error"] = status == "failed"
                ? new JsonObject { ["code"] = "server_error", ["message"] = "The upstream's chat completion has no choices." }
                : null,
            ["incomplete_details"] = cut is null ? null : new JsonObject { ["reason"] = cut },
            ["instructions"] = Asked("instructions"),
            ["max_output_tokens"] = Asked("max_output_tokens"),
            ["model"] = TextOf(chat, "model") ?? TextOf(request, "model"),
            ["output"] = Output(ResponsesRequest.Member(choice, "message") ?? default, id, status),
            ["parallel_tool_calls"] = Asked("parallel_tool_calls", true),
            ["previous_response_id"] = null,
            ["reasoning"] = Asked("reasoning", new JsonObject { ["effort"] = null, ["summary"] = null }),
            ["store"] = false,
            ["temperature"] = Asked("temperature", 1),
            ["text"] = Asked("text", new JsonObject { ["format"] = new JsonObject { ["type"] = "text" } }),
            ["tool_choice"] = Asked("tool_choice", "auto"),
            ["tools"] = Asked("tools", new JsonArray()),
            ["top_p"] = Asked("top_p", 1),
            ["truncation"] = "disabled",
            ["usage"] = ResponsesRequest.Member(chat, "usage") is { ValueKind: JsonValueKind.Object } usage ? Usage(usage) : null,
            ["user"] = Asked("user"),
            ["metadata"] = Asked("metadata", new JsonObject()),
        };
        return Encoding.UTF8.GetBytes(response.ToJsonString(ReadableJson.Options));
    }

    private static JsonArray Output(JsonElement message, string id, string status)
    {
        var content = new JsonArray();
        if (TextOf(message, "content") is { } text)
        {
            content.Add(
                new JsonObject
                {
                    ["type"] = "output_text",
                    ["annotations"] = new JsonArray(),
                    ["logprobs"] = new JsonArray(),
                    ["text"] = text
                });
        }

        if (TextOf(message, "refusal") is { } refusal)
        {
            content.Add(new JsonObject { ["type"] = "refusal", ["refusal"] = refusal });
        }

        var output = new JsonArray();
        if (content.Count > 0)
        {
            output.Add(
                new JsonObject
                {
                    ["id"] = $"msg_{id}",
                    ["type"] = "message",
                    ["status"] = status,
                    ["role"] = "assistant",
                    ["content"] = content
                });
        }

        foreach (
            var call in ResponsesRequest.Member(message, "tool_calls") is { ValueKind: JsonValueKind.Array } calls
                ? calls.EnumerateArray()
                : default)
        {
            var callId = TextOf(call, "id");
            var function = ResponsesRequest.Member(call, "function") ?? default;
            output.Add(new JsonObject
            {
                ["id"] = $"fc_{callId}",
                ["type"] = "function_call",
                ["status"] = status,
                ["call_id"] = callId,
                ["name"] = TextOf(function, "name"),
                ["arguments"] = TextOf(function, "arguments"),
            });
        }

        return output;
    }

    private static JsonObject Usage(JsonElement usage)
    {
        var (input, output) = (Number(usage, "prompt_tokens"), Number(usage, "completion_tokens"));
        return new JsonObject
        {
            ["input_tokens"] = input,
            ["input_tokens_details"] = Detail(usage, "prompt_tokens_details", "cached_tokens"),
            ["output_tokens"] = output,
            ["output_tokens_details"] = Detail(usage, "completion_tokens_details", "reasoning_tokens"),
            ["total_tokens"] = input + output,
        };
    }

    private static JsonObject Detail(JsonElement usage, string details, string name) =>
        new() { [name] = ResponsesRequest.Member(usage, details) is { } detail ? Number(detail, name) : 0 };

    private static string? TextOf(JsonElement parent, string name) =>
        ResponsesRequest.Member(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static long Number(JsonElement parent, string name) =>
        ResponsesRequest.Member(parent, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number)
            ? number
            : 0;
}
