using System.Text.Json;
using System.Text.Json.Nodes;

using Drover.Json;

namespace Drover.OpenAI;

/// <summary>Puts the <c>input</c> of a request of <c>/v1/responses</c> as the <c>messages</c> of a chat completion.</summary>
internal sealed class ResponsesInput
{
    /// <summary>The messages so far.</summary>
    public JsonArray Messages { get; } = [];

    /// <summary>Adds what comes before all else.</summary>
    /// <exception cref="UntranslatableException">It is no text.</exception>
    public void AddInstructions(JsonElement instructions) => Messages.Add(Message(
        "system",
        instructions.ValueKind == JsonValueKind.String
            ? ResponsesRequest.Copy(instructions)
            : throw new UntranslatableException("instructions", "must be a text")));

    /// <summary>Adds the input: a text, or a list of items.</summary>
    /// <exception cref="UntranslatableException">An item has no counterpart.</exception>
    public void Add(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            Messages.Add(Message("user", ResponsesRequest.Copy(input)));
            return;
        }

        foreach (var (i, item) in ResponsesRequest.Elements(input, "input").Index())
        {
            AddItem(item, $"input[{i}]");
        }
    }

    private void AddItem(JsonElement item, string path)
    {
        var type = ResponsesRequest.Member(item, "type") is null ? "message" : ResponsesRequest.Text(item, "type", path);
        switch (type)
        {
            case "message":
                var role = ResponsesRequest.Text(item, "role", path);
                Messages.Add(Message(role == "developer" ? "system" : role, Content(item, "content", path)));
                break;
            case "function_call":
                CallsOfLast().Add(new JsonObject
                {
                    ["id"] = ResponsesRequest.Text(item, "call_id", path),
                    ["type"] = "function",
                    ["function"] = new JsonObject
                    {
                        ["name"] = ResponsesRequest.Text(item, "name", path),
                        ["arguments"] = ResponsesRequest.Text(item, "arguments", path),
                    },
                });
                break;
            case "function_call_output":
                var result = Message("tool", Content(item, "output", path));
                result["tool_call_id"] = ResponsesRequest.Text(item, "call_id", path);
                Messages.Add(result);
                break;
            default:
                throw new UntranslatableException(path, $"is an item of type '{Excerpt.Of(type)}', which has no counterpart there");
        }
    }

    // There, what the model said and the calls that it made are one message.
    private JsonArray CallsOfLast()
    {
        if (Messages.LastOrDefault() is not JsonObject last || last["role"]!.GetValue<string>() != "assistant")
        {
            last = Message("assistant", null);
            Messages.Add(last);
        }

        if (last["tool_calls"] is not JsonArray calls)
        {
            last["tool_calls"] = calls = [];
        }

        return calls;
    }

    private static JsonNode Content(JsonElement item, string name, string path)
    {
        path = $"{path}.{name}";
        var content = ResponsesRequest.Member(item, name) ?? throw new UntranslatableException(path, "is missing");
        if (content.ValueKind == JsonValueKind.String)
        {
            return ResponsesRequest.Copy(content)!;
        }

        var parts = ResponsesRequest.Elements(content, path).Select((part, i) => Part(part, $"{path}[{i}]")).ToList();
        return parts is [{ } only] && only["type"]!.GetValue<string>() == "text" ? only["text"]!.DeepClone() : new JsonArray([.. parts]);
    }

    private static JsonObject Part(JsonElement part, string path)
    {
        switch (ResponsesRequest.Text(part, "type", path))
        {
            case "input_text" or "output_text":
                return new JsonObject { ["type"] = "text", ["text"] = ResponsesRequest.Text(part, "text", path) };
            case "refusal":
                return new JsonObject { ["type"] = "refusal", ["refusal"] = ResponsesRequest.Text(part, "refusal", path) };
            case "input_image" when ResponsesRequest.Member(part, "file_id") is null:
                var image = new JsonObject { ["url"] = ResponsesRequest.Text(part, "image_url", path) };
                if (ResponsesRequest.Member(part, "detail") is { } detail)
                {
                    image["detail"] = ResponsesRequest.Copy(detail);
                }

                return new JsonObject { ["type"] = "image_url", ["image_url"] = image };
            case "input_image":
                throw new UntranslatableException($"{path}.file_id");
            case var type:
                throw new UntranslatableException(path, $"is of type '{Excerpt.Of(type)}', which has no counterpart there");
        }
    }

    private static JsonObject Message(string role, JsonNode? content) => new() { ["role"] = role, ["content"] = content };
}
