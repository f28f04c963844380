using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.Streaming;

namespace Drover.Recipes;

/// <summary>A JSON schema of replies: sent as <c>response_format</c>, and what every reply is held to when it is back.</summary>
/// <remarks>
/// Of JSON Schema (2020-12) it knows type, properties, required, additionalProperties, items, minItems, maxItems, minLength,
/// maxLength, minimum, maximum, enum, const and anyOf; any other keyword is refused when the schema is read, so that nothing it
/// says goes unchecked. What a model does too much of is mended rather than refused: members not asked for are left out, a
/// text that is too long is cut, a number that should be whole is rounded, and a missing member that may be null is null.
/// </remarks>
internal sealed class ReplySchema
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SchemaNode _root;

    private ReplySchema(byte[] json, SchemaNode root) => (Json, _root) = (json, root);

    /// <summary>The schema as it is sent.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Reads a schema.</summary>
    /// <exception cref="InvalidDataException">It is no JSON schema, or has a keyword that is not known here.</exception>
    public static ReplySchema Parse(byte[] json)
    {
        try
        {
            return new ReplySchema(json, SchemaNode.Read(JsonElement.Parse(json), "the schema"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"It is no JSON schema: {e.Message}", e);
        }
    }

    /// <summary>The same schema with the items of a list being some of these texts; without such a list, itself.</summary>
    public ReplySchema Among(string list, IEnumerable<string> texts)
    {
        var root = JsonNode.Parse(Json.Span)!;
        if (root["properties"]?[list] is not JsonObject member)
        {
            return this;
        }

        member["items"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. texts.Select(t => (JsonNode)t)]) };
        return Parse(Encoding.UTF8.GetBytes(root.ToJsonString(ReadableJson.Options)));
    }

    /// <summary>The data that a value is by this schema; null with the rule that it breaks.</summary>
    public JsonElement? Read(JsonElement value, out string? fault)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            fault = _root.Write(json, value, "");
        }

        return fault is null ? JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)) : null;
    }
}
