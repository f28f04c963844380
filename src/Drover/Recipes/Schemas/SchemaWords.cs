using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>What a schema's rules are called in messages.</summary>
internal static class SchemaWords
{
    private const int LongestShown = 80;

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

    /// <summary>How many characters a text has; a pair of surrogates is one.</summary>
    public static int LengthOf(string text)
    {
        var length = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            length -= char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        }

        return length;
    }

    /// <summary>A text that is too long, with an ellipsis for its last character.</summary>
    public static string Cut(string text, int most)
    {
        if (most == 0)
        {
            return "";
        }

        var end = 0;
        for (var i = 1; i < most && end < text.Length; i++)
        {
            end += char.IsSurrogatePair(text, end) ? 2 : 1;
        }

        return string.Concat(text.AsSpan(0, end).TrimEnd(), "…");
    }

    /// <summary>A value for a message, cut where it is long.</summary>
    public static string Show(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String
            ? $"\"{JsonEncodedText.Encode(value.GetString()!, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""
            : value.GetRawText();
        return LengthOf(text) > LongestShown ? Cut(text, LongestShown) : text;
    }

    /// <summary>A text as a value.</summary>
    public static JsonElement AsJson(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStringValue(text);
        }

        return JsonElement.Parse(output.WrittenSpan);
    }
}
