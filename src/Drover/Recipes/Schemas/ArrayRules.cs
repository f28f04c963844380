using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>What a schema says of lists.</summary>
internal sealed class ArrayRules
{
    public int? MinItems { get; set; }

    public int? MaxItems { get; set; }

    /// <summary>Whether no item may repeat another; mended: repeated items are left out.</summary>
    public bool IsUnique { get; set; }

    /// <summary>The schemas of the first items, each of its own.</summary>
    public IReadOnlyList<SchemaNode> Prefix { get; set; } = [];

    /// <summary>The schema of the items behind these.</summary>
    public SchemaNode? Items { get; set; }

    /// <inheritdoc cref="ISchemaRule.Write"/>
    public string? Write(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass)
    {
        IEnumerable<JsonElement> items = value.EnumerateArray();
        var count = value.GetArrayLength();
        if (IsUnique && count > 1)
        {
            var distinct = items.Distinct(SchemaValues.Comparer).ToList();
            if (distinct.Count < count && !pass.Mends)
            {
                return $"{SchemaWords.Name(path)} has items that repeat others; each must be there once.";
            }

            pass.HasMended |= distinct.Count < count;
            (items, count) = (distinct, distinct.Count);
        }

        if (pass.Mends && Items is { IsNothing: true } && count > Prefix.Count)
        {
            (items, count) = (items.Take(Prefix.Count), Prefix.Count);
            pass.HasMended = true;
        }

        if (count < MinItems || count > MaxItems)
        {
            return $"{SchemaWords.Name(path)} has {count} items; there must be {SchemaWords.Range(MinItems, MaxItems)}.";
        }

        json?.WriteStartArray();
        foreach (var (index, item) in items.Index())
        {
            var schema = index < Prefix.Count ? Prefix[index] : Items;
            if (schema is not null)
            {
                if (schema.Write(json, item, $"{path}[{index}]", pass) is { } fault)
                {
                    return fault;
                }
            }
            else if (json is not null)
            {
                item.WriteTo(json);
            }
        }

        json?.WriteEndArray();
        return null;
    }
}
