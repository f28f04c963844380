using System.Text.Json;

namespace Drover.Simulator.Answers;

/// <summary>Writes an instance of a JSON schema, with words of the source in it.</summary>
/// <remarks>
/// Knows type (also a list of types), properties, items, prefixItems, enum, const, anyOf, oneOf, allOf (the first of each),
/// $ref within the schema, and the bounds of strings, numbers and arrays; of formats date, date-time, time, email, uri and
/// uuid. It does not know pattern. All properties are written, below a depth of eight only those required.
/// </remarks>
internal sealed class SchemaInstance(SourceText source, JsonElement root, ulong hash)
{
    private const int Deepest = 8;
    private readonly StringInstance _strings = new(source, hash);

    public void Write(Utf8JsonWriter json) => Write(json, root, "", 0, 0);

    private void Write(Utf8JsonWriter json, JsonElement schema, string name, int index, int depth)
    {
        schema = Schema.Resolve(root, schema);
        if (schema.ValueKind != JsonValueKind.Object)
        {
            json.WriteStringValue(_strings.Make(default, name, index));
        }
        else if (schema.TryGetProperty("const", out var constant))
        {
            constant.WriteTo(json);
        }
        else if (schema.TryGetProperty("enum", out var values) && values.GetArrayLength() > 0)
        {
            PickEnum(values, name, index).WriteTo(json);
        }
        else
        {
            WriteByType(json, schema, Schema.TypeOf(schema), name, index, depth);
        }
    }

    private void WriteByType(Utf8JsonWriter json, JsonElement schema, string type, string name, int index, int depth)
    {
        switch (type)
        {
            case "object":
                WriteObject(json, schema, depth);
                break;
            case "array":
                WriteArray(json, schema, name, depth);
                break;
            case "integer" or "number":
                json.WriteNumberValue(NumberInstance.Make(schema, type == "integer", name, Draw(name, index)));
                break;
            case "boolean":
                json.WriteBooleanValue(Draw(name, index) % 2 == 0);
                break;
            case "null":
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue(_strings.Make(schema, name, index));
                break;
        }
    }

    private void WriteObject(Utf8JsonWriter json, JsonElement schema, int depth)
    {
        json.WriteStartObject();
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (depth < Deepest || IsRequired(schema, property.Name))
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value, property.Name, 0, depth + 1);
                }
            }
        }

        json.WriteEndObject();
    }

    private void WriteArray(Utf8JsonWriter json, JsonElement schema, string name, int depth)
    {
        var min = Schema.Least(schema, "minItems");
        var max = Schema.Integer(schema, "maxItems") ?? int.MaxValue;
        var usual = source.Asked(name) is { } asked ? asked
            : name.Contains("keyword", StringComparison.OrdinalIgnoreCase) ? 5 : depth < Deepest ? 2 : 0;
        var prefixes = schema.TryGetProperty("prefixItems", out var first) ? first : default;
        var items = schema.TryGetProperty("items", out var each) ? each : default;
        json.WriteStartArray();
        for (var i = 0; i < Math.Clamp(usual, min, Math.Max(min, max)); i++)
        {
            var item = prefixes.ValueKind == JsonValueKind.Array && i < prefixes.GetArrayLength() ? prefixes[i] : items;
            Write(json, item, name, i, depth + 1);
        }

        json.WriteEndArray();
    }

    /// <summary>The value that occurs in the source, if there is one.</summary>
    private JsonElement PickEnum(JsonElement values, string name, int index)
    {
        var count = values.GetArrayLength();
        var found = values.EnumerateArray()
            .Where(value => value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 2 } text
                && source.Text.Contains(text, StringComparison.OrdinalIgnoreCase))
            .Skip(index).Take(1).ToList();
        return found.Count > 0 ? found[0] : values[(int)((Draw(name, 0) + (ulong)index) % (ulong)count)];
    }

    private static bool IsRequired(JsonElement schema, string name) =>
        schema.TryGetProperty("required", out var required) && required.EnumerateArray().Any(one => one.ValueEquals(name));

    private ulong Draw(string name, int index) => StableHash.Mix(StableHash.Of(name, hash), (ulong)index);
}
