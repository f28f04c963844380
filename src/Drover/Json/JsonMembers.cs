using System.Text.Json;

namespace Drover.Json;

/// <summary>Reads members of JSON that others wrote: what is not there, or of another kind, is as good as not there.</summary>
internal static class JsonMembers
{
    /// <summary>A member of an object; undefined where there is none.</summary>
    public static JsonElement Member(this JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A member that is a text; null where there is none.</summary>
    public static string? Text(this JsonElement of, string name) =>
        of.Member(name) is { ValueKind: JsonValueKind.String } text ? JsonText.Of(text) : null;
}
