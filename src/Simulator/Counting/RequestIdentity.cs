using System.Text.Json;

namespace Drover.Simulator.Counting;

/// <summary>What makes a repeated request the same request.</summary>
/// <remarks>In this order: the header <c>x-drover-item</c>, the body's <c>user</c>, its <c>metadata.id</c>, a hash of the body.</remarks>
internal readonly record struct RequestIdentity(ulong Hash, string? Name)
{
    public const string Header = "x-drover-item";

    public static RequestIdentity Of(string? header, JsonElement root, ReadOnlySpan<byte> body)
    {
        var name = header is { Length: > 0 } ? header : Text(root, "user") ?? MetadataId(root);
        return name is null ? new(StableHash.Of(body), null) : new(StableHash.Of(name), name);
    }

    private static string? MetadataId(JsonElement root) =>
        root.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object ? Text(metadata, "id") : null;

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
