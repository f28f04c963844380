using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>What a schema says of numbers.</summary>
internal sealed class NumberRules
{
    public JsonElement? Minimum { get; set; }

    public JsonElement? Maximum { get; set; }

    public JsonElement? ExclusiveMinimum { get; set; }

    public JsonElement? ExclusiveMaximum { get; set; }

    public JsonElement? MultipleOf { get; set; }

    /// <inheritdoc cref="ISchemaRule.Write"/>
    public string? Write(Utf8JsonWriter? json, JsonElement value, bool isWhole, string path, SchemaPass pass)
    {
        pass.HasMended |= isWhole && !SchemaValues.IsWhole(value);
        var number = isWhole ? SchemaValues.Round(value) : value;
        if (Order(number, Minimum) < 0 || Order(number, Maximum) > 0)
        {
            return $"{SchemaWords.Name(path)} is {value.GetRawText()}; it must be {SchemaWords.Range(Minimum?.GetDouble(), Maximum?.GetDouble())}.";
        }

        if (Order(number, ExclusiveMinimum) <= 0)
        {
            return $"{SchemaWords.Name(path)} is {value.GetRawText()}; it must be more than {ExclusiveMinimum}.";
        }

        if (Order(number, ExclusiveMaximum) >= 0)
        {
            return $"{SchemaWords.Name(path)} is {value.GetRawText()}; it must be less than {ExclusiveMaximum}.";
        }

        if (MultipleOf is { } step && !SchemaValues.IsMultiple(number, step))
        {
            return $"{SchemaWords.Name(path)} is {value.GetRawText()}; it must be a multiple of {step.GetRawText()}.";
        }

        if (json is not null)
        {
            number.WriteTo(json);
        }

        return null;
    }

    private static int? Order(JsonElement number, JsonElement? bound) => bound is { } given ? SchemaValues.Compare(number, given) : null;
}
