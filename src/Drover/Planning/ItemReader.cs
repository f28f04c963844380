using System.Text.Json;
using System.Text.Unicode;
using Drover.Batches;
using Drover.Json;
using Drover.Models;

namespace Drover.Planning;

/// <summary>Reads one line of the input: a request line of the Batch API, or a source.</summary>
/// <remarks>
/// The same rules hold at planning and at running, so both agree on which lines are items. Request line:
/// <c>{"custom_id","method":"POST","url","body":{…}}</c>. Source:
/// <c>{"id","url","title","text","image","priority","model","complexity","prefer"}</c>.
/// </remarks>
internal static class ItemReader
{
    private const int LongestId = 512;

    private static readonly string[] Urls = ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses"];

    /// <summary>Reads a line; without an item, <paramref name="fault"/> says why.</summary>
    public static Item? Read(ReadOnlyMemory<byte> line, out LineFault? fault)
    {
        try
        {
            if (!Utf8.IsValid(line.Span))
            {
                fault = new LineFault("invalid_json_line", "The line is not UTF-8 text.");
                return null;
            }

            return ReadObject(line, out fault);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The exception counts lines and bytes from 0, and this is one line.
            var where = e is JsonException { BytePositionInLine: { } at } ? $" (at byte {at + 1})" : "";
            fault = new LineFault(
                "invalid_json_line", $"The line is not valid JSON: {Excerpt.Of(e.Message.Split(" LineNumber: ")[0], 120)}{where}");
            return null;
        }
    }

    private static Item? ReadObject(ReadOnlyMemory<byte> line, out LineFault? fault)
    {
        var reader = new Utf8JsonReader(line.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            fault = new LineFault("invalid_json_line", $"The line must be a JSON object; it is {Name(reader.TokenType)}.");
            return null;
        }

        string? customId = null, id = null, url = null, method = null;
        var body = default(ReadOnlyMemory<byte>);
        JsonTokenType? bodyKind = null;
        bool hasText = false, badId = false;
        double? priority = null;
        var badPriority = false;
        var asksForStream = false;
        var imageBytes = 0;
        string? model = null, bodyModel = null, complexity = null, prefer = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("custom_id"u8))
            {
                (customId, badId) = ReadId(ref reader, badId);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                (id, badId) = ReadId(ref reader, badId);
            }
            else if (reader.ValueTextEquals("url"u8))
            {
                url = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("method"u8))
            {
                method = ReadText(ref reader) ?? "";
            }
            else if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("title"u8) || reader.ValueTextEquals("image"u8))
            {
                var isImage = reader.ValueTextEquals("image"u8);
                reader.Read();
                imageBytes = isImage && reader.TokenType == JsonTokenType.String ? reader.ValueSpan.Length : imageBytes;
                hasText |= reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
                CheckText(ref reader);
                reader.Skip();
            }
            else if (reader.ValueTextEquals("model"u8))
            {
                model = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("complexity"u8))
            {
                complexity = ReadWord(ref reader);
            }
            else if (reader.ValueTextEquals("prefer"u8))
            {
                prefer = ReadWord(ref reader);
            }
            else if (reader.ValueTextEquals("priority"u8))
            {
                reader.Read();
                badPriority = reader.TokenType is not (JsonTokenType.Number or JsonTokenType.Null);
                priority = reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : null;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("body"u8))
            {
                reader.Read();
                bodyKind = reader.TokenType;
                (asksForStream, bodyModel) = ReadBody(reader);
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                body = line[start..(int)reader.BytesConsumed];
            }
            else
            {
                var isDocuments = reader.ValueTextEquals("documents"u8);
                reader.Read();
                hasText |= isDocuments && reader.TokenType == JsonTokenType.StartArray;
                CheckTexts(ref reader);
            }
        }

        while (reader.Read())
        {
            // Reads to the end, so that text after the object throws.
        }

        var isRequest = customId is not null || bodyKind is not null;
        var key = isRequest ? customId : id;
        fault = Check(isRequest, key, badId, method, url, bodyKind, hasText, priority, badPriority)
            ?? (isRequest ? null : CheckWord<Complexity>("complexity", complexity) ?? CheckWord<Preference>("prefer", prefer))
            ?? (asksForStream ? Invalid("'body.stream' is true; an answer in a batch comes whole, so it must be false or left out.") : null);
        fault = fault is null ? null : fault with { ItemId = key is { Length: > 0 and <= LongestId } ? key : null };
        if (fault is not null)
        {
            return null;
        }

        return new Item(key!, (int)(priority ?? 0), isRequest ? url : null, isRequest ? body : line)
        {
            Wish = isRequest
                ? new ModelWish(bodyModel)
                : new ModelWish(
                    model is { Length: > 0 } ? model : null, ModelWish.Parse<Complexity>(complexity), ModelWish.Parse<Preference>(prefer)),
            ImageBytes = isRequest ? 0 : imageBytes,
        };
    }

    private static LineFault? Check(
        bool isRequest, string? id, bool badId, string? method, string? url, JsonTokenType? bodyKind, bool hasText, double? priority,
        bool badPriority)
    {
        var name = isRequest ? "custom_id" : "id";
        if (badId || id is { Length: 0 or > LongestId })
        {
            return Invalid($"'{name}' must be a text of 1 to {LongestId} characters (or a number).");
        }

        if (id is null)
        {
            return Invalid(isRequest
                ? "A request line needs 'custom_id'."
                : "The line has no id: a request line needs 'custom_id', a source needs 'id'.");
        }

        if (badPriority || priority is < 0 or > 9 || priority % 1 is not (null or 0))
        {
            return Invalid(
                $"'priority' is {priority?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no number"}; it must be a whole number from 0 to 9, and higher goes first.");
        }

        if (!isRequest)
        {
            return hasText ? null : Invalid("A source needs 'text', 'title', 'image' or 'documents'.");
        }

        if (method is not (null or "POST"))
        {
            return Invalid($"'method' is '{Excerpt.Of(method, 120)}'; it must be POST.");
        }

        if (url is null || !Urls.Contains(url))
        {
            return new LineFault("invalid_url", $"'url' is '{Excerpt.Of(url ?? "", 120)}'; it must be one of {string.Join(", ", Urls)}.");
        }

        return bodyKind == JsonTokenType.StartObject ? null : Invalid("'body' must be a JSON object.");
    }

    // A copy of the reader, so that the caller's stays where it is.
    private static (bool AsksForStream, string? Model) ReadBody(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return (false, null);
        }

        var asks = false;
        string? model = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isStream = reader.ValueTextEquals("stream"u8);
            var isModel = reader.ValueTextEquals("model"u8);
            reader.Read();
            asks = isStream ? reader.TokenType == JsonTokenType.True : asks;
            model = isModel && reader.TokenType == JsonTokenType.String ? reader.GetString() : model;
            reader.Skip();
        }

        return (asks, model);
    }

    private static LineFault? CheckWord<T>(string name, string? word)
        where T : struct, Enum => word is null || ModelWish.Parse<T>(word) is not null
            ? null
            : Invalid($"'{name}' is {(word.Length == 0 ? "no text" : $"'{Excerpt.Of(word, 120)}'")}; it must be {ModelWish.Names<T>()}.");

    private static LineFault Invalid(string message) => new("invalid_request", message);

    private static (string? Id, bool Bad) ReadId(ref Utf8JsonReader reader, bool bad)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return (reader.GetString(), bad);
            case JsonTokenType.Number:
                return (System.Text.Encoding.UTF8.GetString(reader.ValueSpan), bad);
            case JsonTokenType.Null:
                return (null, bad);
            default:
                reader.Skip();
                return (null, true);
        }
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        reader.Skip();
        return text;
    }

    // Null: not there. Empty: something else than a text.
    private static string? ReadWord(ref Utf8JsonReader reader)
    {
        reader.Read();
        var word = reader.TokenType == JsonTokenType.Null ? null : reader.TokenType == JsonTokenType.String ? reader.GetString() : "";
        reader.Skip();
        return word;
    }

    // Half a surrogate pair is valid JSON and no text: it throws here, at planning, rather than when the source is read to be run.
    private static void CheckText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
        {
            reader.GetString();
        }
    }

    private static void CheckTexts(ref Utf8JsonReader reader)
    {
        CheckText(ref reader);
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var depth = reader.CurrentDepth;
            while (reader.Read() && reader.CurrentDepth > depth)
            {
                CheckText(ref reader);
            }
        }
    }

    private static string Name(JsonTokenType kind) => kind switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        _ => "true, false or null",
    };
}
