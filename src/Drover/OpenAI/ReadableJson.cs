using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Drover.Json;

namespace Drover.OpenAI;

/// <summary>JSON in which texts stand as they are; it is never put into HTML.</summary>
internal static class ReadableJson
{
    public static JsonSerializerOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Reads an object that others wrote, to change it: of two members of one name the last counts, and a half of a surrogate pair
    /// becomes U+FFFD. .NET's own objects throw for both.
    /// </summary>
    public static JsonObject Parse(ReadOnlySpan<byte> json)
    {
        using var document = JsonDocument.Parse(JsonText.WithoutHalves(Encoding.UTF8.GetString(json)));
        return ObjectOf(document.RootElement);
    }

    private static JsonObject ObjectOf(JsonElement element)
    {
        var node = new JsonObject();
        foreach (var member in element.EnumerateObject())
        {
            node[member.Name] = NodeOf(member.Value);
        }

        return node;
    }

    private static JsonNode? NodeOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => ObjectOf(element),
        JsonValueKind.Array => new JsonArray([.. element.EnumerateArray().Select(NodeOf)]),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(element.Clone()),
    };
}
