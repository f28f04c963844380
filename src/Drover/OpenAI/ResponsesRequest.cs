using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Drover.Json;

namespace Drover.OpenAI;

/// <summary>Puts a request of <c>/v1/responses</c> as one of <c>/v1/chat/completions</c>.</summary>
/// <remarks>
/// <see href="https://platform.openai.com/docs/api-reference/responses/create"/> and
/// <see href="https://platform.openai.com/docs/api-reference/chat/create"/>. What changes the answer and cannot be put is
/// refused by name, never left out. <c>metadata</c> and <c>store</c> do not change it: the first is told back with the answer, and the
/// second is false there.
/// </remarks>
internal static class ResponsesRequest
{
    public const string Url = "/v1/responses";

    /// <summary>The body of the chat completion.</summary>
    /// <exception cref="UntranslatableException">It cannot be put so.</exception>
    public static byte[] ToChat(JsonElement body)
    {
        var chat = new JsonObject();
        foreach (var (name, value) in Members(body))
        {
            switch (name)
            {
                case "model" or "temperature" or "top_p" or "parallel_tool_calls":
                case "user" or "safety_identifier" or "prompt_cache_key" or "service_tier":
                    chat[name] = Copy(value);
                    break;
                case "max_output_tokens":
                    chat["max_tokens"] = Copy(value); // The old name: it is the one that every server knows.
                    break;
                case "text":
                    AddText(chat, value);
                    break;
                case "reasoning":
                    AddReasoning(chat, value);
                    break;
                case "tools":
                    chat["tools"] = new JsonArray([.. Elements(value, name).Select((tool, i) => Tool(tool, $"tools[{i}]"))]);
                    break;
                case "tool_choice":
                    chat[name] = ToolChoice(value);
                    break;
                case "instructions" or "input" or "metadata" or "store":
                case "background" or "stream" when value.ValueKind == JsonValueKind.False:
                case "truncation" when value.ValueKind == JsonValueKind.String && value.ValueEquals("disabled"u8):
                case "include" when value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0:
                    break;
                default:
                    throw new UntranslatableException(name);
            }
        }

        var messages = new ResponsesInput();
        if (Member(body, "instructions") is { } instructions)
        {
            messages.AddInstructions(instructions);
        }

        messages.Add(Member(body, "input") ?? throw new UntranslatableException("input", "is missing"));
        chat["messages"] = messages.Messages;
        return Encoding.UTF8.GetBytes(chat.ToJsonString(ReadableJson.Options));
    }

    /// <summary>The members that are set; a null is as good as none.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> Members(JsonElement value) =>
        value.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null).Select(m => (m.Name, m.Value));

    /// <summary>The member of an object, where it is set.</summary>
    public static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>The elements of a list.</summary>
    public static IEnumerable<JsonElement> Elements(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw new UntranslatableException(path, "must be a list");

    /// <summary>The text of a member that must be one.</summary>
    public static string Text(JsonElement parent, string name, string path) =>
        Member(parent, name) is { ValueKind: JsonValueKind.String } value
            ? value.GetString()!
            : throw new UntranslatableException($"{path}.{name}", "must be a text");

    /// <summary>The same value as a node that can be put anywhere.</summary>
    public static JsonNode? Copy(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(value),
        JsonValueKind.Array => JsonArray.Create(value),
        _ => JsonValue.Create(value),
    };

    private static void AddText(JsonObject chat, JsonElement text)
    {
        foreach (var (name, value) in Members(Object(text, "text")))
        {
            switch (name)
            {
                case "verbosity":
                    chat[name] = Copy(value);
                    break;
                case "format" when Text(value, "type", "text.format") == "text":
                    break;
                case "format":
                    chat["response_format"] = Format(value);
                    break;
                default:
                    throw new UntranslatableException($"text.{name}");
            }
        }
    }

    // In a chat completion, a schema and what belongs to it stand one level deeper.
    private static JsonObject Format(JsonElement format) => Text(format, "type", "text.format") switch
    {
        "json_object" => new JsonObject { ["type"] = "json_object" },
        "json_schema" => new JsonObject { ["type"] = "json_schema", ["json_schema"] = Without(format, "type") },
        _ => throw new UntranslatableException("text.format.type"),
    };

    private static void AddReasoning(JsonObject chat, JsonElement reasoning)
    {
        foreach (var (name, value) in Members(Object(reasoning, "reasoning")))
        {
            chat["reasoning_effort"] = name == "effort" ? Copy(value) : throw new UntranslatableException($"reasoning.{name}");
        }
    }

    private static JsonNode Tool(JsonElement tool, string path)
    {
        if (Text(tool, "type", path) != "function")
        {
            throw new UntranslatableException(
                path,
                $"is a tool of type '{Excerpt.Of(Text(tool, "type", path))}', and only those of type 'function' have a counterpart there");
        }

        var function = new JsonObject();
        foreach (var (name, value) in Members(tool).Where(m => m.Name != "type"))
        {
            function[name] = name is "name" or "description" or "parameters" or "strict"
                ? Copy(value)
                : throw new UntranslatableException($"{path}.{name}");
        }

        return new JsonObject { ["type"] = "function", ["function"] = function };
    }

    private static JsonNode? ToolChoice(JsonElement choice) => choice.ValueKind switch
    {
        JsonValueKind.String => Copy(choice),
        JsonValueKind.Object when Text(choice, "type", "tool_choice") == "function" =>
            new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = Text(choice, "name", "tool_choice") } },
        _ => throw new UntranslatableException("tool_choice"),
    };

    private static JsonObject Without(JsonElement from, string left)
    {
        var rest = new JsonObject();
        foreach (var (name, value) in Members(from).Where(m => m.Name != left))
        {
            rest[name] = Copy(value);
        }

        return rest;
    }

    private static JsonElement Object(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Object ? value : throw new UntranslatableException(path, "must be an object");
}
