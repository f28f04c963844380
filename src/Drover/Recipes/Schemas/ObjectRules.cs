using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>What a schema says of objects.</summary>
internal sealed class ObjectRules
{
    private static readonly JsonElement Null = JsonElement.Parse("null"u8);

    private readonly Dictionary<string, SchemaNode> _byName = new(StringComparer.Ordinal);

    private readonly List<(string Name, SchemaNode Schema)> _known = []; // In the order in which they are written.

    public HashSet<string> Required { get; set; } = [];

    /// <summary>The schemas of members by patterns of their names.</summary>
    public List<(SchemaPattern Pattern, SchemaNode Schema)> ByPattern { get; } = [];

    /// <summary>The schema of all other members; null: they may be anything. <c>false</c>, mended: they are left out.</summary>
    public SchemaNode? More { get; set; }

    /// <summary>The schema of the names themselves.</summary>
    public SchemaNode? NameSchema { get; set; }

    public int? MinProperties { get; set; }

    public int? MaxProperties { get; set; }

    /// <summary>Adds a member that is known.</summary>
    public void Add(string name, SchemaNode schema)
    {
        if (_byName.TryAdd(name, schema))
        {
            _known.Add((name, schema));
        }
    }

    /// <inheritdoc cref="ISchemaRule.IsFor"/>
    public bool IsFor(JsonElement value) => !_known.Exists(k => value.TryGetProperty(k.Name, out var given) && k.Schema.IsOther(given));

    /// <inheritdoc cref="ISchemaRule.Write"/>
    public string? Write(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass)
    {
        json?.WriteStartObject();
        var count = 0;
        if ((WriteKnown(json, value, path, pass, ref count) ?? WriteOthers(json, value, path, pass, ref count)) is { } fault)
        {
            return fault;
        }

        json?.WriteEndObject();
        return count < MinProperties || count > MaxProperties
            ? $"{SchemaWords.Name(path)} has {count} members; there must be {SchemaWords.Range(MinProperties, MaxProperties)}."
            : null;
    }

    private string? WriteKnown(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass, ref int count)
    {
        foreach (var (name, schema) in _known)
        {
            if (value.TryGetProperty(name, out var given))
            {
                count++;
                if (WriteMember(json, name, schema, given, PathOf(path, name), pass) is { } fault)
                {
                    return fault;
                }
            }
            else if (Required.Contains(name))
            {
                if (!pass.Mends || !schema.NamesNull || schema.Write(null, Null, path, pass.AsIs) is not null)
                {
                    return $"'{PathOf(path, name)}' is missing.";
                }

                count++;
                pass.HasMended = true;
                json?.WriteNull(name);
            }
        }

        return Required.FirstOrDefault(name => !_byName.ContainsKey(name) && !value.TryGetProperty(name, out _)) is { } missing
            ? $"'{PathOf(path, missing)}' is missing."
            : null;
    }

    private string? WriteOthers(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass, ref int count)
    {
        if (NameSchema is null && MinProperties is null && MaxProperties is null && ByPattern.Count == 0 && More is null && json is null)
        {
            return null;
        }

        foreach (var member in value.EnumerateObject())
        {
            var isKnown = _byName.ContainsKey(member.Name);
            if (!isKnown && pass.Mends && More is { IsNothing: true } && !ByPattern.Exists(p => p.Pattern.IsMatch(member.Name, pass)))
            {
                pass.HasMended = true;
                continue;
            }

            if (NameSchema is not null
                && NameSchema.Write(null, SchemaWords.AsJson(member.Name), PathOf(path, member.Name), pass.AsIs) is { } fault)
            {
                return $"A name of {(path.Length == 0 ? "the reply" : $"'{path}'")} is not allowed: {fault}";
            }

            if (isKnown)
            {
                continue;
            }

            count++;
            if (WriteMember(json, member.Name, null, member.Value, PathOf(path, member.Name), pass) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    private string? WriteMember(Utf8JsonWriter? json, string name, SchemaNode? known, JsonElement value, string path, SchemaPass pass)
    {
        json?.WritePropertyName(name);
        if (ByPattern.Count == 0)
        {
            return WriteOne(json, known ?? More, value, path, pass);
        }

        var rules = ByPattern.Where(p => p.Pattern.IsMatch(name, pass)).Select(p => p.Schema).Concat(known is null ? [] : [known]).ToList();
        return rules.Count == 0 ? WriteOne(json, More, value, path, pass) : SchemaNode.Write(rules, json, value, path, pass);
    }

    private static string? WriteOne(Utf8JsonWriter? json, SchemaNode? schema, JsonElement value, string path, SchemaPass pass)
    {
        if (schema is not null)
        {
            return schema.Write(json, value, path, pass);
        }

        if (json is not null)
        {
            value.WriteTo(json);
        }

        return null;
    }

    private static string PathOf(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
