using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>What a schema says of a value itself: its type, the values that it may be, and the rules of its kind.</summary>
internal sealed class ValueRules : ISchemaRule
{
    /// <summary>The types that there are.</summary>
    public static readonly string[] AllTypes = ["object", "array", "string", "number", "integer", "boolean", "null"];

    public string[] Types { get; set; } = [];

    /// <summary>The values of <c>enum</c>.</summary>
    public JsonElement[]? Values { get; set; }

    /// <summary>The value of <c>const</c>.</summary>
    public JsonElement? Constant { get; set; }

    public ObjectRules Object { get; } = new();

    public ArrayRules Array { get; } = new();

    public TextRules Text { get; } = new();

    public NumberRules Number { get; } = new();

    public bool NamesNull =>
        Types.Contains("null") || Constant?.ValueKind == JsonValueKind.Null
            || (Values?.Any(v => v.ValueKind == JsonValueKind.Null) ?? false);

    public IEnumerable<SchemaNode> InPlace => [];

    private bool IsWhole => Types.Contains("integer") && !Types.Contains("number");

    public bool IsOther(JsonElement value) =>
        (Values is not null && !System.Array.Exists(Values, v => SchemaValues.AreEqual(v, value)))
        || (Constant is { } constant && !SchemaValues.AreEqual(constant, value));

    public bool IsFor(JsonElement value) =>
        IsOfTypes(value, mends: true) && !IsOther(value) && (value.ValueKind != JsonValueKind.Object || Object.IsFor(value));

    public string? Write(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass)
    {
        if (!IsOfTypes(value, pass.Mends))
        {
            return $"{SchemaWords.Name(path)} must be {string.Join(" or ", Types.Select(SchemaWords.Describe))}; it is {SchemaWords.Describe(value)}.";
        }

        if (IsOther(value))
        {
            return $"{SchemaWords.Name(path)} must be {string.Join(" or ", (Constant is { } constant ? [constant] : Values!).Select(v => v.GetRawText()))}.";
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return Object.Write(json, value, path, pass);
            case JsonValueKind.Array:
                return Array.Write(json, value, path, pass);
            case JsonValueKind.String:
                return Text.Write(json, value, path, pass);
            case JsonValueKind.Number:
                return Number.Write(json, value, IsWhole, path, pass);
            default:
                if (json is not null)
                {
                    value.WriteTo(json);
                }

                return null;
        }
    }

    // A number that should be whole can be mended.
    private bool IsOfTypes(JsonElement value, bool mends) => Types.Length == 0 || System.Array.Exists(Types, type => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && (mends || SchemaValues.IsWhole(value)),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind == JsonValueKind.Null,
    });
}
