using System.Globalization;
using System.Text.Json;

namespace Drover.Recipes;

/// <summary>What a schema's rules are called in messages.</summary>
internal static class SchemaWords
{
    /// <summary>A kind of value, by the name that a schema has for it.</summary>
    public static string Describe(string type) => type switch
    {
        "object" => "an object",
        "array" => "a list",
        "string" => "a text",
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "true or false",
        _ => type,
    };

    /// <summary>The kind of a value.</summary>
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => value.GetRawText(),
    };

    /// <summary>What a place in a reply is called.</summary>
    public static string Name(string path) => path.Length == 0 ? "The reply" : $"'{path}'";

    /// <summary>Bounds.</summary>
    public static string Range(double? least, double? most) =>
        least == most ? Number(least)
        : least is null ? $"at most {Number(most)}"
        : most is null ? $"at least {Number(least)}"
        : $"from {Number(least)} to {Number(most)}";

    private static string Number(double? number) => number!.Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A text that is too long, with an ellipsis for its last character.</summary>
    public static string Cut(string text, int most)
    {
        if (most == 0)
        {
            return "";
        }

        var length = most - 1;
        return string.Concat(text.AsSpan(0, length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length).TrimEnd(), "…");
    }
}
