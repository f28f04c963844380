using System.Globalization;
using System.Text.Json;

namespace Drover.Recipes;

/// <summary>One level of a <see cref="ReplySchema"/>.</summary>
internal sealed class SchemaNode
{
    private static readonly string[] Types = ["object", "array", "string", "number", "integer", "boolean", "null"];
    private static readonly string[] Annotations = ["$schema", "$id", "title", "description", "default", "examples"];

    private string[] _types = [];
    private HashSet<string> _required = [];
    private JsonElement[]? _values;
    private SchemaNode[]? _alternatives;
    private SchemaNode? _items;
    private bool _mayHaveMore = true;
    private int? _minItems, _maxItems, _minLength, _maxLength;
    private double? _minimum, _maximum;

    private (string Name, SchemaNode Schema)[] _properties = [];

    /// <summary>Reads a schema.</summary>
    /// <param name="schema">Its JSON.</param>
    /// <param name="where">What to call it in a message.</param>
    /// <exception cref="InvalidDataException">It has a keyword that is not known.</exception>
    public static SchemaNode Read(JsonElement schema, string where)
    {
        var node = new SchemaNode();
        foreach (var keyword in schema.EnumerateObject())
        {
            node.Read(keyword.Name, keyword.Value, where);
        }

        return node;
    }

    /// <summary>Writes a value as the schema wants it; answers the rule that it breaks, and then what is written is of no use.</summary>
    public string? Write(Utf8JsonWriter json, JsonElement value, string path)
    {
        if (_alternatives is not null)
        {
            return WriteAlternative(json, value, path);
        }

        if (_types.Length > 0 && !Array.Exists(_types, type => IsOf(value, type)))
        {
            return $"{SchemaWords.Name(path)} must be {string.Join(" or ", _types.Select(SchemaWords.Describe))}; it is {SchemaWords.Describe(value)}.";
        }

        if (_values is not null && !Array.Exists(_values, v => JsonElement.DeepEquals(v, value)))
        {
            return $"{SchemaWords.Name(path)} must be {string.Join(" or ", _values.Select(v => v.GetRawText()))}.";
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(json, value, path);
            case JsonValueKind.Array:
                return WriteArray(json, value, path);
            case JsonValueKind.String:
                return WriteText(json, value.GetString()!, path);
            case JsonValueKind.Number:
                return WriteNumber(json, value, path);
            default:
                value.WriteTo(json);
                return null;
        }
    }

    private void Read(string keyword, JsonElement value, string where)
    {
        switch (keyword)
        {
            case "type":
                _types = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(t => t.GetString()!)] : [value.GetString()!];
                if (_types.Except(Types).FirstOrDefault() is { } unknown)
                {
                    throw new InvalidDataException($"'type' of {where} is '{unknown}'; there are {string.Join(", ", Types)}.");
                }

                break;
            case "properties":
                _properties = [.. value.EnumerateObject().Select(p => (p.Name, Read(p.Value, $"'{p.Name}'")))];
                break;
            case "required":
                _required = [.. value.EnumerateArray().Select(r => r.GetString()!)];
                break;
            case "additionalProperties" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                _mayHaveMore = value.GetBoolean();
                break;
            case "items":
                _items = Read(value, $"the items of {where}");
                break;
            case "anyOf":
                _alternatives = [.. value.EnumerateArray().Select(s => Read(s, where))];
                break;
            case "enum":
                _values = [.. value.EnumerateArray().Select(v => v.Clone())];
                break;
            case "const":
                _values = [value.Clone()];
                break;
            case "minItems":
                _minItems = CountOf(keyword, value, where);
                break;
            case "maxItems":
                _maxItems = CountOf(keyword, value, where);
                break;
            case "minLength":
                _minLength = CountOf(keyword, value, where);
                break;
            case "maxLength":
                _maxLength = CountOf(keyword, value, where);
                break;
            case "minimum":
                _minimum = value.GetDouble();
                break;
            case "maximum":
                _maximum = value.GetDouble();
                break;
            case var _ when Annotations.Contains(keyword):
                break;
            default:
                throw new InvalidDataException(
                    $"'{keyword}' of {where} is not supported; there are type, properties, required, additionalProperties (true or false), items, anyOf, enum, "
                    + "const, minItems, maxItems, minLength, maxLength, minimum and maximum.");
        }
    }

    private static int CountOf(string keyword, JsonElement value, string where) => value.GetInt32() is >= 0 and var count
        ? count
        : throw new InvalidDataException($"'{keyword}' of {where} is {value.GetRawText()}; it must be 0 or more.");

    private string? WriteAlternative(Utf8JsonWriter json, JsonElement value, string path)
    {
        // Of those of the value's own kind, if there are any, the last one's fault tells the most.
        var fitting = _alternatives!.Where(a => Array.Exists(a._types, type => IsOf(value, type))).ToList();
        var fault = default(string);
        foreach (var alternative in fitting.Count > 0 ? fitting : [.. _alternatives!])
        {
            using var tried = new Utf8JsonWriter(Stream.Null);
            fault = alternative.Write(tried, value, path);
            if (fault is null)
            {
                return alternative.Write(json, value, path);
            }
        }

        return fault;
    }

    private string? WriteObject(Utf8JsonWriter json, JsonElement value, string path)
    {
        json.WriteStartObject();
        foreach (var (name, schema) in _properties)
        {
            var member = path.Length == 0 ? name : $"{path}.{name}";
            if (value.TryGetProperty(name, out var given))
            {
                json.WritePropertyName(name);
                if (schema.Write(json, given, member) is { } fault)
                {
                    return fault;
                }
            }
            else if (_required.Contains(name))
            {
                if (!schema.MayBeNull)
                {
                    return $"'{member}' is missing.";
                }

                json.WriteNull(name);
            }
        }

        foreach (var more in _mayHaveMore ? value.EnumerateObject().Where(m => !Array.Exists(_properties, p => p.Name == m.Name)) : [])
        {
            more.WriteTo(json);
        }

        json.WriteEndObject();
        return null;
    }

    private string? WriteArray(Utf8JsonWriter json, JsonElement value, string path)
    {
        var count = value.GetArrayLength();
        if (count < _minItems || count > _maxItems)
        {
            return $"{SchemaWords.Name(path)} has {count} items; there must be {SchemaWords.Range(_minItems, _maxItems)}.";
        }

        json.WriteStartArray();
        foreach (var (index, item) in value.EnumerateArray().Index())
        {
            if (_items is null)
            {
                item.WriteTo(json);
            }
            else if (_items.Write(json, item, $"{path}[{index}]") is { } fault)
            {
                return fault;
            }
        }

        json.WriteEndArray();
        return null;
    }

    private string? WriteText(Utf8JsonWriter json, string text, string path)
    {
        if (text.Length < _minLength)
        {
            return $"{SchemaWords.Name(path)} has {text.Length} characters; there must be {SchemaWords.Range(_minLength, null)}.";
        }

        json.WriteStringValue(text.Length > _maxLength ? SchemaWords.Cut(text, _maxLength.Value) : text);
        return null;
    }

    private string? WriteNumber(Utf8JsonWriter json, JsonElement value, string path)
    {
        var isWhole = _types.Contains("integer") && !_types.Contains("number");
        var number = isWhole ? Math.Round(value.GetDouble()) : value.GetDouble();
        if (number < _minimum || number > _maximum)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{SchemaWords.Name(path)} is {value.GetRawText()}; it must be {SchemaWords.Range(_minimum, _maximum)}.");
        }

        if (isWhole && Math.Abs(number) < long.MaxValue)
        {
            json.WriteNumberValue((long)number);
        }
        else
        {
            value.WriteTo(json);
        }

        return null;
    }

    private bool MayBeNull => _types.Contains("null") || (_alternatives?.Any(a => a.MayBeNull) ?? false);

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" or "integer" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => false,
    };
}
