using System.Text.Json;
using Drover.Simulator.Http;

namespace Drover.Simulator.Calls;

/// <summary>Reads one message of a conversation into a prompt.</summary>
internal static class MessageReader
{
    private static readonly string[] Roles = ["system", "assistant", "user", "function", "tool", "developer"];

    /// <summary>The role, once it is known to be one.</summary>
    public static string Role(JsonElement message, string path)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw Checks.WrongType(path, "an object", message);
        }

        var role = Checks.RequiredText(message, "role", $"{path}.role");
        return Array.Find(Roles, known => known == role) ?? throw Checks.WrongValue($"{path}.role", role, Roles);
    }

    /// <summary>The text of an assistant's message; images and the like cannot be in it.</summary>
    public static string Text(JsonElement message)
    {
        var content = Checks.Member(message, "content");
        return content is { ValueKind: JsonValueKind.Array } parts
            ? string.Concat(parts.EnumerateArray().Select(part => Checks.Member(part, "text")?.GetString()))
            : content?.GetString() ?? "";
    }

    public static void Read(JsonElement message, string role, string path, PromptBuilder prompt)
    {
        path += ".content";
        if (Checks.Member(message, "content") is not { } content)
        {
            // A call of tools is an answer without a text.
            if (role != "assistant" || (Checks.Member(message, "tool_calls") ?? Checks.Member(message, "function_call")) is null)
            {
                throw new ApiException(ApiError.Invalid(
                    "Invalid value for 'content': expected a string, got null.", path, null));
            }

            return;
        }

        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                prompt.AddText(role, content.GetString()!);
                break;
            case JsonValueKind.Array when content.GetArrayLength() > 0:
                ReadParts(content, role, path, prompt);
                break;
            case JsonValueKind.Array:
                throw Checks.EmptyArray(path);
            default:
                throw Checks.WrongType(path, "one of a string or array of objects", content);
        }
    }

    private static void ReadParts(JsonElement parts, string role, string path, PromptBuilder prompt)
    {
        var texts = new List<string>();
        var index = 0;
        foreach (var part in parts.EnumerateArray())
        {
            var at = $"{path}[{index++}]";
            if (part.ValueKind != JsonValueKind.Object)
            {
                throw Checks.WrongType(at, "an object", part);
            }

            switch (Checks.RequiredText(part, "type", $"{at}.type"))
            {
                case "text" or "input_text" or "output_text":
                    texts.Add(Checks.RequiredText(part, "text", $"{at}.text"));
                    break;
                case "image_url" when role == "user":
                    ImageReader.Read(Checks.Required(part, "image_url", $"{at}.image_url"), $"{at}.image_url", prompt);
                    break;
                case "input_image":
                    ImageReader.ReadUrl(Checks.Required(part, "image_url", $"{at}.image_url"), $"{at}.image_url", part, prompt);
                    break;
                case "image_url":
                    throw new ApiException(ApiError.Invalid(
                        $"Invalid '{path}'. Image URLs are only allowed for messages with role 'user', but this message with role '{role}' contains an image URL.",
                        path, "invalid_value"));
                case "refusal" or "input_audio" or "file":
                    break;
                case var type:
                    throw Checks.WrongValue($"{at}.type", type, "text", "image_url", "input_audio", "refusal", "file");
            }
        }

        prompt.AddText(role, string.Join('\n', texts));
    }
}
