using System.Text.Json;
using System.Text.RegularExpressions;

namespace Drover.Json;

/// <summary>Reads texts of JSON that others wrote.</summary>
internal static partial class JsonText
{
    /// <summary>A text; half of a surrogate pair, which JSON allows and .NET does not, becomes U+FFFD.</summary>
    public static string Of(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            using var mended = JsonDocument.Parse(WithoutHalves(text.GetRawText()));
            return mended.RootElement.GetString()!;
        }
    }

    /// <summary>A value for people: a text as it is, anything else as JSON.</summary>
    public static string Shown(JsonElement value) => value.ValueKind == JsonValueKind.String ? Of(value) : value.GetRawText();

    /// <summary>JSON without escaped halves of surrogate pairs.</summary>
    public static string WithoutHalves(string json) =>
        HalfPair().Replace(json, match => match.Groups["half"].Success ? @"\ufffd" : match.Value);

    // An escaped backslash first, then whole pairs, so that only what is left over is a half.
    [GeneratedRegex(@"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})")]
    private static partial Regex HalfPair();
}
