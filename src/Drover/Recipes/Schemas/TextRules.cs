using System.Text.Json;

namespace Drover.Recipes.Schemas;

/// <summary>What a schema says of texts. A character is a code point, as in Python, and not half a pair.</summary>
internal sealed class TextRules
{
    public int? MinLength { get; set; }

    public int? MaxLength { get; set; }

    public SchemaPattern? Pattern { get; set; }

    /// <summary>The name of a format that is known.</summary>
    public string? Format { get; set; }

    /// <inheritdoc cref="ISchemaRule.Write"/>
    public string? Write(Utf8JsonWriter? json, JsonElement value, string path, SchemaPass pass)
    {
        if (MinLength is null && MaxLength is null && Pattern is null && Format is null)
        {
            if (json is not null)
            {
                value.WriteTo(json);
            }

            return null;
        }

        var text = value.GetString()!;
        var length = text.Length < MinLength || text.Length > MaxLength || MinLength > 0 ? SchemaWords.LengthOf(text) : text.Length;
        if (length < MinLength)
        {
            return $"{SchemaWords.Name(path)} has {length} characters; there must be {SchemaWords.Range(MinLength, null)}.";
        }

        if (length > MaxLength)
        {
            if (!pass.Mends)
            {
                return $"{SchemaWords.Name(path)} has {length} characters; there must be {SchemaWords.Range(null, MaxLength)}.";
            }

            text = SchemaWords.Cut(text, MaxLength.Value);
            pass.HasMended = true;
        }

        if (FaultOf(text, pass) is { } fault)
        {
            return $"{SchemaWords.Name(path)} is {SchemaWords.Show(value)}; {fault}";
        }

        json?.WriteStringValue(text);
        return null;
    }

    private string? FaultOf(string text, SchemaPass pass)
    {
        if (Format is { } format && !SchemaFormats.IsOf(format, text))
        {
            return $"it must be of the format {format}.";
        }

        return Pattern is { } pattern && !pattern.IsMatch(text, pass) ? $"it must match the pattern {pattern.Text}." : null;
    }
}
