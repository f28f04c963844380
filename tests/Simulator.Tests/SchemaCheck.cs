using System.Text.Json;

namespace Drover.Simulator.Tests;

/// <summary>Judges an instance by a schema, written apart from what makes instances.</summary>
internal static class SchemaCheck
{
    public static IEnumerable<string> Faults(JsonElement value, JsonElement schema, JsonElement root, string at)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var target = reference.GetString()!.Split('/').Skip(1).Aggregate(root, (place, step) => place.GetProperty(step));
            return Faults(value, target, root, at);
        }

        if (schema.TryGetProperty("anyOf", out var any))
        {
            return any.EnumerateArray().Any(one => !Faults(value, one, root, at).Any()) ? [] : [$"{at}: none of anyOf"];
        }

        return Own(value, schema, at).Concat(Children(value, schema, root, at));
    }

    private static IEnumerable<string> Own(JsonElement value, JsonElement schema, string at)
    {
        if (schema.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(constant, value))
        {
            yield return $"{at}: not the constant";
        }

        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
        {
            yield return $"{at}: not in the enum";
        }

        if (schema.TryGetProperty("type", out var type))
        {
            var types = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];
            if (!types.Any(one => Is(value, one)))
            {
                yield return $"{at}: {value.ValueKind} is not {type}";
            }
        }

        var size = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.Length,
            JsonValueKind.Array => value.GetArrayLength(),
            JsonValueKind.Number => value.GetDouble(),
            _ => double.NaN,
        };
        foreach (var (name, holds) in new (string, Func<double, bool>)[]
        {
            ("minLength", limit => size >= limit), ("maxLength", limit => size <= limit), ("minItems", limit => size >= limit),
            ("maxItems", limit => size <= limit), ("minimum", limit => size >= limit), ("maximum", limit => size <= limit),
            ("exclusiveMinimum", limit => size > limit),
            ("exclusiveMaximum", limit => size < limit),
            ("multipleOf", step => size % step == 0),
        })
        {
            if (!double.IsNaN(size) && schema.TryGetProperty(name, out var limit) && !holds(limit.GetDouble()))
            {
                yield return $"{at}: {size} breaks {name} {limit}";
            }
        }

        if (schema.TryGetProperty("format", out _) && !DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", out _))
        {
            yield return $"{at}: no date";
        }

        if (schema.TryGetProperty("uniqueItems", out _) && value.EnumerateArray().DistinctBy(one => one.GetRawText()).Count() < size)
        {
            yield return $"{at}: not unique";
        }
    }

    private static IEnumerable<string> Children(JsonElement value, JsonElement schema, JsonElement root, string at)
    {
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            return value.EnumerateArray().SelectMany((one, index) => Faults(one, items, root, $"{at}[{index}]"));
        }

        if (value.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties))
        {
            return [];
        }

        var missing = schema.TryGetProperty("required", out var required)
            ? required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{at}: no {name}")
            : [];
        return missing.Concat(value.EnumerateObject().SelectMany(member => properties.TryGetProperty(member.Name, out var inner)
            ? Faults(member.Value, inner, root, $"{at}.{member.Name}")
            : [$"{at}: {member.Name} is not in the schema"]));
    }

    private static bool Is(JsonElement value, string type) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        _ => value.ValueKind == JsonValueKind.Null,
    };
}
