using System.Text.Json;
using Drover.Simulator.Http;

namespace Drover.Simulator.Calls;

/// <summary>Reads what form the answer must have: <c>response_format</c>, <c>text.format</c>, <c>tool_choice</c>.</summary>
internal static class FormatReader
{
    public static AnswerFormat Read(JsonElement root, Prompt prompt)
    {
        if (ReadTool(root) is { } tool)
        {
            return tool;
        }

        if (Checks.Member(root, "response_format") is not { } format)
        {
            return prompt.MentionsJson ? AnswerFormat.JsonObject : AnswerFormat.Text;
        }

        return ReadFormat(format, "response_format", prompt, nested: true);
    }

    /// <summary>
    /// With <paramref name="nested"/>, a schema stands in <c>json_schema</c>, as chat has it; otherwise beside <c>type</c>.
    /// </summary>
    public static AnswerFormat ReadFormat(JsonElement format, string path, Prompt prompt, bool nested)
    {
        if (format.ValueKind != JsonValueKind.Object)
        {
            throw Checks.WrongType(path, "an object", format);
        }

        switch (Checks.RequiredText(format, "type", $"{path}.type"))
        {
            case "text":
                return prompt.MentionsJson ? AnswerFormat.JsonObject : AnswerFormat.Text;
            case "json_object" when prompt.MentionsJson:
                return AnswerFormat.JsonObject;
            case "json_object":
                throw new ApiException(ApiError.Invalid(
                    $"'messages' must contain the word 'json' in some form, to use '{path}' of type 'json_object'.", "messages", null));
            case "json_schema":
                return ReadSchema(nested ? Checks.Required(format, "json_schema", $"{path}.json_schema") : format,
                    nested ? $"{path}.json_schema" : path);
            case var type:
                throw Checks.WrongValue($"{path}.type", type, "json_object", "json_schema", "text");
        }
    }

    private static AnswerFormat ReadSchema(JsonElement parent, string path)
    {
        if (parent.ValueKind != JsonValueKind.Object)
        {
            throw Checks.WrongType(path, "an object", parent);
        }

        var name = Checks.RequiredText(parent, "name", $"{path}.name");
        if (name.Length is 0 or > 64 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')))
        {
            throw new ApiException(ApiError.Invalid(
                $"Invalid '{path}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
                $"{path}.name", "invalid_value"));
        }

        var schema = Checks.Required(parent, "schema", $"{path}.schema");
        return schema.ValueKind == JsonValueKind.Object
            ? new AnswerFormat(true, schema)
            : throw Checks.WrongType($"{path}.schema", "an object", schema);
    }

    /// <summary>A tool is called only when the request insists: <c>"required"</c> takes the first, a name takes that one.</summary>
    private static AnswerFormat? ReadTool(JsonElement root)
    {
        if (Checks.Member(root, "tools") is not { } tools || Checks.Member(root, "tool_choice") is not { } choice)
        {
            return null;
        }

        if (tools.ValueKind != JsonValueKind.Array)
        {
            throw Checks.WrongType("tools", "an array of objects", tools);
        }

        var wanted = choice.ValueKind == JsonValueKind.Object
            ? Checks.RequiredText(Checks.Required(choice, "function", "tool_choice.function"), "name", "tool_choice.function.name")
            : null;
        if (wanted is null && !choice.ValueEquals("required"u8))
        {
            return null;
        }

        foreach (var tool in tools.EnumerateArray())
        {
            var function = Checks.Required(tool, "function", "tools[0].function");
            var name = Checks.RequiredText(function, "name", "tools[0].function.name");
            if (wanted is null || name == wanted)
            {
                return new AnswerFormat(true, Checks.Member(function, "parameters"), name);
            }
        }

        throw new ApiException(ApiError.Invalid(
            $"Invalid value for 'tool_choice': function '{wanted}' was not found in the list of provided tools.", "tool_choice", null));
    }
}
