using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Drover.Simulator.Calls;

namespace Drover.Simulator.Answers;

/// <summary>The text of an answer that has to be JSON.</summary>
internal static partial class JsonAnswer
{
    private const string UsualKeys = "\"keywords\": \"summary\": \"categories\": \"confidence\":";
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(AnswerFormat format, Prompt prompt, SourceText source, ulong hash)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            if (format.Schema is { } schema)
            {
                new SchemaInstance(source, schema, hash).Write(json);
            }
            else
            {
                using var guessed = JsonDocument.Parse(GuessSchema(prompt));
                new SchemaInstance(source, guessed.RootElement, hash).Write(json);
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A schema for the keys that the prompt shows as <c>"key":</c>, by what their names suggest.</summary>
    private static string GuessSchema(Prompt prompt)
    {
        var keys = Keys(prompt.Instructions + "\n" + prompt.UserText);
        var properties = (keys.Count > 0 ? keys : Keys(UsualKeys)).Select(key => $"\"{key}\":{TypeByName(key)}");
        return $$$"""{"type":"object","properties":{{{{string.Join(',', properties)}}}}}""";
    }

    private static List<string> Keys(string text) =>
        [.. QuotedKey().Matches(text).Select(match => match.Groups[1].Value).Distinct().Take(32)];

    private static string TypeByName(string key) => key.ToLowerInvariant() switch
    {
        "keywords" => """{"type":"array","minItems":5,"maxItems":5}""",
        "summary" => """{"type":"string","maxLength":200}""",
        "confidence" or "score" or "relevance" => """{"type":"integer","minimum":0,"maximum":100}""",
        "count" or "total" or "length" or "number" => """{"type":"integer"}""",
        ['i', 's', '_', ..] or ['h', 'a', 's', '_', ..] => """{"type":"boolean"}""",
        [.., 's'] and not [.., 's', 's'] => """{"type":"array","minItems":2,"maxItems":3}""",
        _ => """{"type":"string"}""",
    };

    [GeneratedRegex("\"([A-Za-z_][A-Za-z0-9_]{0,40})\"\\s*:")]
    private static partial Regex QuotedKey();
}
