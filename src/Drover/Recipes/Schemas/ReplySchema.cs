using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.OpenAI;

namespace Drover.Recipes.Schemas;

/// <summary>A JSON schema of replies: sent as <c>response_format</c>, and what every reply is held to when it is back.</summary>
/// <remarks>
/// Of JSON Schema (2020-12) it knows what <see cref="SchemaLevel"/> lists; any other keyword is refused when the schema is read, so
/// that nothing it says goes unchecked. What a model does too much of is mended rather than refused: members and items that may
/// not be there are left out, as are items that repeat others where each must be unique; a text that is too long is cut, a
/// number that should be whole is rounded, and a missing member that may be null is null. What was mended is held to the schema
/// once more, so that nothing comes out that the schema does not allow.
/// </remarks>
internal sealed class ReplySchema
{
    private const int MostBytes = 1024 * 1024;
    private const int MostReferences = 64;

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SchemaNode _root;

    private ReplySchema(byte[] json, SchemaNode root) => (Json, _root) = (json, root);

    /// <summary>The schema as it is sent.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Reads a schema.</summary>
    /// <exception cref="PromptFaultException">It is no JSON schema, or says what is not known here; all its faults are named.</exception>
    public static ReplySchema Parse(byte[] json)
    {
        if (json.Length > MostBytes)
        {
            throw new PromptFaultException($"The schema is {json.Length:N0} bytes long; it must be at most {MostBytes:N0}.");
        }

        try
        {
            return new ReplySchema(json, SchemaReader.Read(JsonElement.Parse(json)));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new PromptFaultException($"It is no JSON schema: {e.Message}", e);
        }
    }

    /// <summary>The same schema with the items of a list being some of these texts; without such a list, itself.</summary>
    public ReplySchema Among(string list, IEnumerable<string> texts)
    {
        var root = JsonNode.Parse(Json.Span)!;
        if (TargetOf(root) is not JsonObject target || target["properties"]?[list] is not JsonObject member)
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
        var pass = new SchemaPass(mends: true);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            fault = _root.Write(json, value, "", pass);
        }

        fault = pass.IsExhausted ? "The reply takes too many steps to hold against its schema." : fault;
        if (fault is not null)
        {
            return null;
        }

        var data = JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        fault = pass.HasMended ? FaultOf(data) : null;
        return fault is null ? data : null;
    }

    /// <summary>The rule that a value breaks as it is; null: it is valid.</summary>
    public string? FaultOf(JsonElement value)
    {
        var pass = new SchemaPass(mends: false);
        var fault = _root.Write(null, value, "", pass);
        return pass.IsExhausted ? "The reply takes too many steps to hold against its schema." : fault;
    }

    // Where the whole schema is a reference, as Pydantic writes a model that refers to itself, what that refers to.
    private static JsonNode? TargetOf(JsonNode root)
    {
        var target = root;
        for (var i = 0; i < MostReferences && target is JsonObject level && level["$ref"] is { } reference; i++)
        {
            target = SchemaPointer.Tokens(reference.GetValue<string>())
                .Aggregate(root, (JsonNode? found, string name) =>
                    found is JsonArray items ? items[int.Parse(name, CultureInfo.InvariantCulture)] : found?[name]);
        }

        return target;
    }
}
