using System.Text.Json.Nodes;

namespace Drover.Tests.Recipes.Schemas;

/// <summary>Schemas of what is supported, and values that fit them about as often as not.</summary>
internal sealed class RandomSchemas(Random random)
{
    private const int Deepest = 3;

    private static readonly string[] Names = ["a", "b", "c", "kind", "x/y~z"];
    private static readonly string[] Texts =
        ["", "a", "ab", "abc", "b1", "a-b", "2024-02-29", "2024-02-30", "2024-01-01T10:00:00Z",
            "10:00:00+01:00", "me@example.com", "http://example.com/a?b#c",
        "2eb8aa08-aa98-11ea-b4aa-73b441d16380", "127.0.0.1", "256.1.1.1", "::1", "host.example", "-bad-", "P1DT2H", "P", "Ä🐄b"];
    private static readonly string[] Numbers = ["-3", "-1", "0", "1", "1.0", "1.5", "2", "3", "0.3", "10", "1e2", "7.25"];
    private static readonly string[] Patterns = ["^a", "b$", "^[a-c]+$", "\\d", "^\\w*$", "^.{2}$", "(?=.*1)b", "a|2024", "^[^a]*$"];
    private static readonly string[] Formats =
        ["date", "date-time", "time", "email", "uri", "uuid", "ipv4", "ipv6", "hostname", "duration", "of-nobody"];
    private static readonly string[] Types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    /// <summary>A schema.</summary>
    public JsonObject Schema()
    {
        var schema = Level(Deepest) as JsonObject ?? [];
        schema["$defs"] = new JsonObject { ["one"] = Level(1), ["x/y~z"] = Level(2), ["list"] = List() };
        return schema;
    }

    /// <summary>A value: made for the schema, and now and then changed.</summary>
    public JsonNode? Value(JsonNode root, JsonNode? schema, int depth = 0)
    {
        if (depth > 5 || random.Next(12) == 0 || schema is not JsonObject level)
        {
            return Any(1);
        }

        if (level["$ref"]?.GetValue<string>() is { } reference && random.Next(8) > 0)
        {
            return Value(
                root, reference == "#" ? root : root["$defs"]![reference.Split('/', 3)[2].Replace("~1", "/").Replace("~0", "~")],
                depth + 1);
        }

        foreach (var keyword in new[] { "anyOf", "oneOf", "allOf" })
        {
            if (level[keyword] is JsonArray branches && random.Next(5) > 0)
            {
                return Value(root, branches[random.Next(branches.Count)], depth + 1);
            }
        }

        return level["const"] is { } constant ? constant.DeepClone()
            : level["enum"] is JsonArray values ? values[random.Next(values.Count)]?.DeepClone()
            : (level["type"] is JsonArray types ? types[random.Next(types.Count)] : level["type"])?.GetValue<string>() switch
            {
                "object" => Object(root, level, depth),
                "array" =>
                    new JsonArray(
                        [.. Enumerable.Range(0, random.Next(5)).Select(
                            i => Value(root, level["prefixItems"] is JsonArray p && i < p.Count ? p[i] : level["items"], depth + 1))]),
                "string" => Pick(Texts),
                "number" or "integer" => JsonNode.Parse(Pick(Numbers)),
                "boolean" => random.Next(2) == 0,
                "null" => null,
                _ => Any(1),
            };
    }

    private JsonObject Object(JsonNode root, JsonObject level, int depth)
    {
        var value = new JsonObject();
        foreach (var (name, schema) in level["properties"] as JsonObject ?? [])
        {
            if (random.Next(6) > 0)
            {
                value[name] = Value(root, schema, depth + 1);
            }
        }

        if (random.Next(3) == 0)
        {
            value[Pick(Names)] = Any(1);
        }

        return value;
    }

    private JsonNode Level(int depth) => random.Next(depth > 0 ? 16 : 8) switch
    {
        0 => Own("string"),
        1 => Own("number"),
        2 => Own("integer"),
        3 => random.Next(3) == 0 ? random.Next(2) == 0 : Own("boolean"),
        4 => new JsonObject { ["enum"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(1))]) },
        5 => new JsonObject { ["const"] = Any(0) ?? "a" },
        6 => new JsonObject { ["type"] = new JsonArray("null", Pick(Types[..6])), ["maxLength"] = 3, ["minimum"] = 0 },
        7 => new JsonObject { ["$ref"] = Pick(["#", "#/$defs/one", "#/$defs/x~1y~0z", "#/$defs/list", "#/%24defs/one"]) },
        8 or 9 => Own("object", depth),
        10 => Own("array", depth),
        11 => new JsonObject { [Pick(["anyOf", "oneOf", "allOf"])] = Branches(depth) },
        12 => new JsonObject { ["oneOf"] = Branches(depth) },
        13 => With(Own("object", depth), Pick(["anyOf", "allOf"]), Branches(depth)),
        14 => new JsonObject { ["type"] = Pick(Types), ["not"] = Level(0) },
        _ => Own(Pick(Types), depth),
    };

    private JsonArray Branches(int depth) => new([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Level(depth - 1))]);

    private JsonObject Own(string type, int depth = 0)
    {
        var level = new JsonObject { ["type"] = type, ["title"] = "t" };
        switch (type)
        {
            case "string":
                Maybe(level, "minLength", () => random.Next(3));
                Maybe(level, "maxLength", () => random.Next(1, 12));
                Maybe(level, "pattern", () => Pick(Patterns));
                Maybe(level, "format", () => Pick(Formats));
                break;
            case "number" or "integer":
                Maybe(level, "minimum", () => random.Next(-2, 2));
                Maybe(level, "maximum", () => 2.5);
                Maybe(level, "exclusiveMinimum", () => random.Next(-2, 2));
                Maybe(level, "exclusiveMaximum", () => 10);
                Maybe(level, "multipleOf", () => JsonNode.Parse(Pick(["0.1", "0.5", "2", "1"])));
                break;
            case "array":
                Maybe(level, "items", () => Level(depth - 1));
                Maybe(level, "prefixItems", () => Branches(depth));
                Maybe(level, "minItems", () => random.Next(3));
                Maybe(level, "maxItems", () => random.Next(1, 5));
                Maybe(level, "uniqueItems", () => true);
                break;
            case "object":
                level["properties"] = new JsonObject(
                    Names.Where(_ => random.Next(2) == 0).Select(
                        n => KeyValuePair.Create<string, JsonNode?>(n, Level(depth - 1))).ToList());
                Maybe(level, "required", () => new JsonArray([.. Names.Where(_ => random.Next(4) == 0).Select(n => (JsonNode)n)]));
                Maybe(level, "additionalProperties", () => random.Next(2) == 0 ? false : Level(0));
                Maybe(level, "patternProperties", () => new JsonObject { ["^[ak]"] = Level(0) }, 5);
                Maybe(level, "propertyNames", () => new JsonObject { ["maxLength"] = 4 }, 5);
                Maybe(level, "minProperties", () => random.Next(3), 5);
                Maybe(level, "maxProperties", () => random.Next(1, 4), 5);
                break;
            default:
                break;
        }

        return level;
    }

    private JsonObject List() =>
        With(
            Own("object", 1), "properties",
            new JsonObject
            {
                ["kind"] = Level(0),
                ["a"] =
                    new JsonObject
                    {
                        ["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = "#/$defs/list" }, new JsonObject { ["type"] = "null" }),
                    }
            });

    private static JsonObject With(JsonObject level, string keyword, JsonNode value)
    {
        level[keyword] = value;
        return level;
    }

    private void Maybe(JsonObject level, string keyword, Func<JsonNode?> value, int rarity = 3)
    {
        if (random.Next(rarity) == 0)
        {
            level[keyword] = value();
        }
    }

    private JsonNode? Any(int depth) => random.Next(depth > 0 ? 8 : 6) switch
    {
        0 or 1 => Pick(Texts),
        2 or 3 => JsonNode.Parse(Pick(Numbers)),
        4 => random.Next(2) == 0,
        5 => null,
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Any(depth - 1))]),
        _ => new JsonObject(Names.Where(_ => random.Next(2) == 0).Select(n => KeyValuePair.Create(n, Any(depth - 1))).ToList()),
    };

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];
}
