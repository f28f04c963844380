using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drover.Inference;

namespace Drover.Recipes;

/// <summary><c>extract</c>: five keywords, a summary of at most 200 characters, categories and a confidence from 0 to 100.</summary>
internal sealed class ExtractRecipe : IRecipe
{
    private const int Keywords = 5;
    private const int LongestSummary = 200;

    private readonly string _prompt = Prompts.Text("extract.txt");
    private readonly byte[] _schema = Prompts.Bytes("extract.schema.json");

    public string Name => "extract";

    public string Url => "/v1/chat/completions";

    public int TypicalAnswerTokens => 100;

    public ValueTask<CallResult?> WriteRequestAsync(Source source, string model, IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteStartArray("messages"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteString("content"u8, Prompts.Fill(_prompt, source));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteNumber("temperature"u8, 0);
        json.WriteNumber("max_tokens"u8, 500);
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, "json_schema"u8);
        json.WriteStartObject("json_schema"u8);
        json.WriteString("name"u8, "extract"u8);
        json.WriteBoolean("strict"u8, true);
        json.WritePropertyName("schema"u8);
        json.WriteRawValue(_schema, skipInputValidation: true);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        return default;
    }

    public JsonElement? ReadReply(string text, out string? fault)
    {
        if (!JsonReply.TryRead(text, out var root))
        {
            fault = "The reply holds no JSON object.";
            return null;
        }

        fault = root.TryGetProperty("keywords", out var keywords) && IsStrings(keywords) && keywords.GetArrayLength() == Keywords
            ? root.TryGetProperty("summary", out var summary) && summary.ValueKind == JsonValueKind.String
                ? root.TryGetProperty("categories", out var categories) && IsStrings(categories) && categories.GetArrayLength() > 0
                    ? root.TryGetProperty("confidence", out var confidence) && confidence.ValueKind == JsonValueKind.Number
                        && confidence.GetDouble() is >= 0 and <= 100
                            ? null
                            : "'confidence' must be a number from 0 to 100."
                    : "'categories' must be a list of at least one text."
                : "'summary' must be a text."
            : $"'keywords' must be a list of {Keywords} texts.";
        return fault is null ? Normalise(root) : null;
    }

    private static bool IsStrings(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String);

    // Only the members asked for, the confidence whole, the summary no longer than it may be.
    private static JsonElement Normalise(JsonElement root)
    {
        var summary = root.GetProperty("summary").GetString()!;
        return JsonSerializer.SerializeToElement(
            new ExtractData(
                root.GetProperty("keywords"),
                summary.Length <= LongestSummary ? summary : Cut(summary),
                root.GetProperty("categories"),
                (int)Math.Round(root.GetProperty("confidence").GetDouble())),
            RecipeJson.Default.ExtractData);
    }

    private static string Cut(string summary)
    {
        var length = LongestSummary - 1;
        return string.Concat(summary.AsSpan(0, char.IsHighSurrogate(summary[length - 1]) ? length - 1 : length).TrimEnd(), "…");
    }
}
