using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary><c>$ref</c>, and each of <c>allOf</c>: another schema that holds for the value too.</summary>
internal sealed class ReferenceRule : ISchemaRule
{
    /// <summary>The other schema; set once all are read.</summary>
    public SchemaNode Target { get; set; } = null!;

    public bool NamesNull => Target.NamesNull;

    public IEnumerable<SchemaNode> InPlace => [Target];

    public bool IsFor(JsonElement value) => Target.IsFor(value);

    public string? Write(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass) => Target.Write(json, value, path, pass);
}
