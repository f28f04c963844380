using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary><c>not</c>.</summary>
internal sealed class NotRule(SchemaNode schema) : ISchemaRule
{
    public bool NamesNull => false;

    public IEnumerable<SchemaNode> InPlace => [schema];

    public bool IsFor(JsonElement value) => true;

    public string? Write(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass)
    {
        if (schema.Write(null, value, path, pass.AsIs) is null)
        {
            return $"{SchemaWords.Name(path)} is {SchemaWords.Show(value)}, which the schema forbids ({schema.Pointer}).";
        }

        if (json is not null)
        {
            value.WriteTo(json);
        }

        return null;
    }
}
