using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>The schema <c>false</c>.</summary>
internal sealed class NothingRule : ISchemaRule
{
    public bool NamesNull => false;

    public IEnumerable<SchemaNode> InPlace => [];

    public bool IsFor(JsonElement value) => false;

    public string? Write(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass) =>
        $"{SchemaWords.Name(path)} must not be there.";
}
