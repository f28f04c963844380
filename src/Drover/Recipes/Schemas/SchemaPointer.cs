using System.Globalization;
using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>JSON pointers in a URI's fragment (RFC 6901, section 6): <c>#/$defs/a~1b</c>.</summary>
internal static class SchemaPointer
{
    /// <summary>The pointer to a member of what a pointer points to.</summary>
    public static string Of(string pointer, string member) =>
        $"{pointer}/{member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>The names and places on the way that a pointer goes.</summary>
    public static IEnumerable<string> Tokens(string reference) =>
        Uri.UnescapeDataString(reference[1..]).Split('/').Skip(1)
            .Select(t => t.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));

    /// <summary>What a pointer points to, and the pointer as <see cref="Of"/> writes it; null: nothing.</summary>
    public static JsonElement? Find(JsonElement root, string reference, out string pointer)
    {
        pointer = "#";
        var found = root;
        foreach (var name in Tokens(reference))
        {
            pointer = Of(pointer, name);
            switch (found.ValueKind)
            {
                case JsonValueKind.Object when found.TryGetProperty(name, out var member):
                    found = member;
                    break;
                case JsonValueKind.Array when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    && index < found.GetArrayLength():
                    found = found[index];
                    break;
                default:
                    return null;
            }
        }

        return found;
    }
}
