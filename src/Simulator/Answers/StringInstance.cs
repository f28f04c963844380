using System.Text.Json;

namespace Drover.Simulator.Answers;

/// <summary>A text that suits its property's name: a summary, a title, a keyword.</summary>
internal sealed class StringInstance(SourceText source, ulong hash)
{
    private static readonly string[] Long =
        ["summary", "description", "abstract", "answer", "text", "content", "reason", "explanation", "caption", "point"];

    public string Make(JsonElement schema, string name, int index)
    {
        var min = Schema.Least(schema, "minLength");
        var max = Schema.Integer(schema, "maxLength") ?? int.MaxValue;
        var text = Formatted(schema) ?? ByName(name, index, max);
        while (text.Length < min)
        {
            text += " " + Keyword(text.Length);
        }

        return Sentence.Cut(text, max) is { } cut && cut.Length >= min ? cut : text[..max];
    }

    private string ByName(string name, int index, int max)
    {
        if (Is(name, "keyword") || Is(name, "tag") || Is(name, "categor") || Is(name, "topic"))
        {
            return Keyword(index);
        }

        if (Array.Exists(Long, word => Is(name, word)))
        {
            return index == 0 || source.Sentences.Count == 0
                ? source.Summary(Math.Min(max, source.Longest ?? 200))
                : Sentence.Cut(source.Sentences[index % source.Sentences.Count], source.Longest ?? int.MaxValue);
        }

        if (Is(name, "title") || Is(name, "headline"))
        {
            return Sentence.Cut(source.Summary(60).TrimEnd('.', '。'), 60);
        }

        return Is(name, "language")
            ? "en"
            : Keyword(index + (int)(StableHash.Of(name, hash) % (ulong)Math.Clamp(source.Keywords.Count, 1, 5)));
    }

    private string Keyword(int index) => source.Keywords.Count switch
    {
        0 => $"word{index + 1}",
        var count when index < count => source.Keywords[index],
        var count => $"{source.Keywords[index % count]} {(index / count) + 1}",
    };

    private string? Formatted(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("format", out var format))
        {
            return null;
        }

        var day = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(hash % 525_600);
        return format.GetString() switch
        {
            "date" => day.ToString("yyyy-MM-dd"),
            "date-time" => day.ToString("yyyy-MM-ddTHH:mm:ssZ"),
            "time" => day.ToString("HH:mm:ssZ"),
            "email" => $"someone{hash % 1000}@example.com",
            "uri" => $"https://example.com/{hash % 1000}",
            "uuid" => new Guid((int)hash, (short)hash, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, (byte)hash).ToString(),
            _ => null,
        };
    }

    private static bool Is(string name, string word) => name.Contains(word, StringComparison.OrdinalIgnoreCase);
}
