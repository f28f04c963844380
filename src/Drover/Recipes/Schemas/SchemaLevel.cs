using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>Reads the keywords of one level of a schema.</summary>
/// <remarks>Longer than most: it is the list of the keywords that there are, each with its rule.</remarks>
internal sealed class SchemaLevel(SchemaReader reader, JsonElement schema, string pointer)
{
    // 'discriminator' is OpenAPI's, and says what 'oneOf' says beside it; 'id' is what zod writes of its registry.
    private static readonly HashSet<string> Annotations = new(StringComparer.Ordinal)
    {
        "$schema", "$id", "id", "$comment", "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly",
        "discriminator",
        "contentEncoding", "contentMediaType", "contentSchema",
    };

    private readonly ValueRules _own = new();
    private readonly List<ISchemaRule> _applied = [];
    private readonly List<ISchemaRule> _alternatives = [];
    private bool _hasOwn;

    /// <summary>Reads them.</summary>
    public IReadOnlyList<ISchemaRule> Read()
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            Read(keyword.Name, keyword.Value, SchemaPointer.Of(pointer, keyword.Name));
        }

        return [.. _hasOwn ? [_own] : Array.Empty<ISchemaRule>(), .. _applied, .. _alternatives];
    }

    private void Read(string keyword, JsonElement value, string at)
    {
        switch (keyword)
        {
            case "$ref":
                if (TextOf(value, at) is { } reference)
                {
                    _applied.Add(reader.Refer(reference, at));
                }

                break;
            case "$defs" or "definitions":
                _ = MembersOf(value, at).Count();
                break;
            case "allOf":
                _applied.AddRange(SchemasOf(value, at).Select(s => new ReferenceRule { Target = s }));
                break;
            case "anyOf" or "oneOf":
                _alternatives.Add(new AlternativesRule(SchemasOf(value, at), isOne: keyword == "oneOf"));
                break;
            case "not":
                var forbidden = reader.NodeOf(value, at);
                _alternatives.Add(forbidden.Rules.Count == 0 ? new NothingRule() : new NotRule(forbidden));
                break;
            case "$id" when pointer != "#" && schema.GetRawText().Contains("\"$ref\"", StringComparison.Ordinal):
                reader.Fault(at, value, "a schema with an address of its own must have no '$ref', which would begin there");
                break;
            case var _ when Annotations.Contains(keyword) || keyword.StartsWith("x-", StringComparison.Ordinal):
                break;
            default:
                _hasOwn = true;
                if (!ReadOwn(keyword, value, at) && !ReadObject(keyword, value, at) && !ReadArray(keyword, value, at)
                    && !ReadText(keyword, value, at) && !ReadNumber(keyword, value, at))
                {
                    reader.Fault(
                        $"'{at}' is not supported; there are $ref, $defs, definitions, type, enum, const, allOf, anyOf, oneOf, not, properties, patternProperties, "
                        + "additionalProperties, propertyNames, required, minProperties, maxProperties, items, prefixItems, minItems, maxItems, uniqueItems, "
                        + "minLength, maxLength, pattern, format, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, and annotations.");
                }

                break;
        }
    }

    private bool ReadOwn(string keyword, JsonElement value, string at)
    {
        switch (keyword)
        {
            case "type":
                _own.Types = value.ValueKind == JsonValueKind.String ? [value.GetString()!] : TextsOf(value, at) ?? [];
                if (_own.Types.Except(ValueRules.AllTypes).Any() || (_own.Types.Length == 0 && value.ValueKind == JsonValueKind.Array))
                {
                    reader.Fault(at, value, $"there are {string.Join(", ", ValueRules.AllTypes)}");
                }

                return true;
            case "enum":
                if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0)
                {
                    _own.Values = [.. value.EnumerateArray()];
                }
                else
                {
                    reader.Fault(at, value, "it must be a list of at least one value");
                }

                return true;
            case "const":
                _own.Constant = value;
                return true;
            default:
                return false;
        }
    }

    private bool ReadObject(string keyword, JsonElement value, string at)
    {
        switch (keyword)
        {
            case "properties":
                foreach (var (name, member) in MembersOf(value, at))
                {
                    _own.Object.Add(name, member);
                }

                return true;
            case "patternProperties":
                foreach (var (name, member) in MembersOf(value, at))
                {
                    if (PatternOf(name, SchemaPointer.Of(at, name), SchemaWords.AsJson(name)) is { } pattern)
                    {
                        _own.Object.ByPattern.Add((pattern, member));
                    }
                }

                return true;
            case "additionalProperties":
                _own.Object.More = reader.NodeOf(value, at);
                return true;
            case "propertyNames":
                _own.Object.NameSchema = reader.NodeOf(value, at);
                return true;
            case "required":
                _own.Object.Required = [.. TextsOf(value, at) ?? []];
                return true;
            case "minProperties":
                _own.Object.MinProperties = CountOf(value, at);
                return true;
            case "maxProperties":
                _own.Object.MaxProperties = CountOf(value, at);
                return true;
            default:
                return false;
        }
    }

    private bool ReadArray(string keyword, JsonElement value, string at)
    {
        switch (keyword)
        {
            case "items" when value.ValueKind == JsonValueKind.Array:
                reader.Fault(at, value, "it must be one schema; a list of them is 'prefixItems'");
                return true;
            case "items":
                _own.Array.Items = reader.NodeOf(value, at);
                return true;
            case "prefixItems":
                _own.Array.Prefix = SchemasOf(value, at);
                return true;
            case "minItems":
                _own.Array.MinItems = CountOf(value, at);
                return true;
            case "maxItems":
                _own.Array.MaxItems = CountOf(value, at);
                return true;
            case "uniqueItems":
                _own.Array.IsUnique = value.ValueKind == JsonValueKind.True;
                if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                {
                    reader.Fault(at, value, "it must be true or false");
                }

                return true;
            default:
                return false;
        }
    }

    private bool ReadText(string keyword, JsonElement value, string at)
    {
        switch (keyword)
        {
            case "minLength":
                _own.Text.MinLength = CountOf(value, at);
                return true;
            case "maxLength":
                _own.Text.MaxLength = CountOf(value, at);
                return true;
            case "pattern":
                _own.Text.Pattern = TextOf(value, at) is { } pattern ? PatternOf(pattern, at, value) : null;
                return true;
            case "format":
                _own.Text.Format = TextOf(value, at) is { } format && SchemaFormats.Has(format) ? format : null;
                return true;
            default:
                return false;
        }
    }

    private bool ReadNumber(string keyword, JsonElement value, string at)
    {
        switch (keyword)
        {
            case "minimum":
                _own.Number.Minimum = NumberOf(value, at);
                return true;
            case "maximum":
                _own.Number.Maximum = NumberOf(value, at);
                return true;
            case "exclusiveMinimum":
                _own.Number.ExclusiveMinimum = NumberOf(value, at);
                return true;
            case "exclusiveMaximum":
                _own.Number.ExclusiveMaximum = NumberOf(value, at);
                return true;
            case "multipleOf":
                _own.Number.MultipleOf = NumberOf(value, at);
                if (_own.Number.MultipleOf?.GetDouble() <= 0)
                {
                    reader.Fault(at, value, "it must be more than 0");
                }

                return true;
            default:
                return false;
        }
    }

    private IEnumerable<(string Name, SchemaNode Schema)> MembersOf(JsonElement value, string at)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            reader.Fault(at, value, "it must be an object with a schema for each name");
            return [];
        }

        return [.. value.EnumerateObject().Select(m => (m.Name, reader.NodeOf(m.Value, SchemaPointer.Of(at, m.Name))))];
    }

    private SchemaNode[] SchemasOf(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0)
        {
            return [.. value.EnumerateArray().Select((s, i) => reader.NodeOf(s, $"{at}/{i}"))];
        }

        reader.Fault(at, value, "it must be a list of at least one schema");
        return [];
    }

    private SchemaPattern? PatternOf(string text, string at, JsonElement value)
    {
        var pattern = SchemaPattern.Read(text, out var fault);
        if (fault is not null)
        {
            reader.Fault(at, value, fault);
        }

        return pattern;
    }

    private string? TextOf(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        reader.Fault(at, value, "it must be a text");
        return null;
    }

    private string[]? TextsOf(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(v => v.GetString()!)];
        }

        reader.Fault(at, value, "it must be a list of texts");
        return null;
    }

    private JsonElement? NumberOf(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            return value;
        }

        reader.Fault(at, value, "it must be a number");
        return null;
    }

    private int? CountOf(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Number && value.GetDouble() >= 0 && SchemaValues.IsWhole(value))
        {
            return (int)Math.Min(int.MaxValue, value.GetDouble());
        }

        var isWhole = value.ValueKind == JsonValueKind.Number && SchemaValues.IsWhole(value);
        reader.Fault(at, value, isWhole ? "it must be 0 or more" : "it must be a whole number of 0 or more");
        return null;
    }
}
