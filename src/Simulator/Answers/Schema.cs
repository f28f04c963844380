using System.Text.Json;

namespace Drover.Simulator.Answers;

/// <summary>Reads a JSON schema.</summary>
internal static class Schema
{
    private const int LargestSize = 100_000;

    /// <summary>Follows references and takes the first of alternatives that is not null.</summary>
    public static JsonElement Resolve(JsonElement root, JsonElement schema)
    {
        for (var steps = 0; steps < 32 && schema.ValueKind == JsonValueKind.Object; steps++)
        {
            if (schema.TryGetProperty("$ref", out var reference))
            {
                schema = Follow(root, reference.GetString() ?? "#");
            }
            else if (Alternatives(schema) is { } alternatives)
            {
                schema = alternatives.EnumerateArray().FirstOrDefault(one => TypeOf(one) != "null", alternatives[0]);
            }
            else
            {
                break;
            }
        }

        return schema;
    }

    private static JsonElement Follow(JsonElement root, string reference)
    {
        var target = root;
        foreach (var step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!target.TryGetProperty(step.Replace("~1", "/").Replace("~0", "~"), out target))
            {
                return default;
            }
        }

        return target;
    }

    private static JsonElement? Alternatives(JsonElement schema)
    {
        foreach (var name in new[] { "anyOf", "oneOf", "allOf" })
        {
            if (schema.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0)
            {
                return list;
            }
        }

        return null;
    }

    public static string TypeOf(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type))
        {
            return type.ValueKind == JsonValueKind.Array
                ? type.EnumerateArray().Select(one => one.GetString()).FirstOrDefault(one => one != "null") ?? "null"
                : type.GetString() ?? "string";
        }

        return schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out _) ? "object"
            : schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("items", out _) ? "array" : "string";
    }

    /// <summary>A least length or number of items.</summary>
    /// <exception cref="InvalidOperationException">It is more than anyone would ask for in earnest.</exception>
    public static int Least(JsonElement schema, string name) => (Integer(schema, name) ?? 0) is var size and <= LargestSize
        ? size
        : throw new InvalidOperationException($"'{name}' is above {LargestSize}.");

    public static int? Integer(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            ? (int)Math.Clamp(number, int.MinValue, int.MaxValue)
            : null;
}
