using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>Something that a schema says of a value.</summary>
internal interface ISchemaRule
{
    /// <summary>Checks a value and writes it as the rule wants it; answers what is wrong, and then what is written is of no use.</summary>
    /// <param name="json">Where to; null: it is only checked.</param>
    /// <param name="path">Where it stands in the reply.</param>
    /// <param name="pass">Whether it may be mended, and how much may be tried.</param>
    string? Write(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass);

    /// <summary>Whether the rule speaks of null as one of the values that may be.</summary>
    bool NamesNull { get; }

    /// <summary>Whether a value looks as if it was meant for this rule: of its kind, and with the constants it asks for.</summary>
    bool IsFor(JsonElement value);

    /// <summary>The schemas that hold for the same value.</summary>
    IEnumerable<SchemaNode> InPlace { get; }
}
