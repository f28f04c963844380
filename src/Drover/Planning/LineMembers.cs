using System.Text;
using System.Text.Json;

namespace Drover.Planning;

/// <summary>What the members of an input line say, before it is judged.</summary>
internal struct LineMembers
{
    private string? _customId;
    private string? _id;

    /// <summary>Whether an id is something else than a text or a number.</summary>
    public bool BadId { get; private set; }

    /// <summary>Whether it is a request line; otherwise it is a source.</summary>
    public readonly bool IsRequest => _customId is not null || BodyKind is not null;

    /// <summary>The id of the item.</summary>
    public readonly string? Key => IsRequest ? _customId : _id;

    public string? Url { get; private set; }

    /// <summary>Empty: something else than a text.</summary>
    public string? Method { get; private set; }

    public ReadOnlyMemory<byte> Body { get; private set; }

    public JsonTokenType? BodyKind { get; private set; }

    public string? BodyModel { get; private set; }

    public bool AsksForStream { get; private set; }

    /// <summary>Whether a source has something to be asked about.</summary>
    public bool HasText { get; private set; }

    public int ImageBytes { get; private set; }

    public double? Priority { get; private set; }

    /// <summary>Whether the priority is something else than a number.</summary>
    public bool BadPriority { get; private set; }

    public string? Model { get; private set; }

    /// <summary>Empty: something else than a text.</summary>
    public string? Complexity { get; private set; }

    /// <summary>Empty: something else than a text.</summary>
    public string? Prefer { get; private set; }

    /// <summary>Reads the members of the object that the reader stands at the start of.</summary>
    public static LineMembers Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line)
    {
        var members = default(LineMembers);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            members.Add(ref reader, line);
        }

        return members;
    }

    private void Add(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line)
    {
        if (reader.ValueTextEquals("custom_id"u8))
        {
            (_customId, BadId) = ReadId(ref reader, BadId);
        }
        else if (reader.ValueTextEquals("id"u8))
        {
            (_id, BadId) = ReadId(ref reader, BadId);
        }
        else if (reader.ValueTextEquals("url"u8))
        {
            Url = ReadText(ref reader);
        }
        else if (reader.ValueTextEquals("method"u8))
        {
            Method = ReadText(ref reader) ?? "";
        }
        else if (reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("title"u8) || reader.ValueTextEquals("image"u8))
        {
            AddContent(ref reader);
        }
        else if (reader.ValueTextEquals("model"u8))
        {
            Model = ReadText(ref reader);
        }
        else if (reader.ValueTextEquals("complexity"u8))
        {
            Complexity = ReadWord(ref reader);
        }
        else if (reader.ValueTextEquals("prefer"u8))
        {
            Prefer = ReadWord(ref reader);
        }
        else if (reader.ValueTextEquals("priority"u8))
        {
            AddPriority(ref reader);
        }
        else if (reader.ValueTextEquals("body"u8))
        {
            AddBody(ref reader, line);
        }
        else
        {
            AddOther(ref reader);
        }
    }

    private void AddContent(ref Utf8JsonReader reader)
    {
        var isImage = reader.ValueTextEquals("image"u8);
        reader.Read();
        ImageBytes = isImage && reader.TokenType == JsonTokenType.String ? reader.ValueSpan.Length : ImageBytes;
        HasText |= reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
        CheckText(ref reader);
        reader.Skip();
    }

    private void AddPriority(ref Utf8JsonReader reader)
    {
        reader.Read();
        BadPriority = reader.TokenType is not (JsonTokenType.Number or JsonTokenType.Null);
        Priority = reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : null;
        reader.Skip();
    }

    private void AddBody(ref Utf8JsonReader reader, ReadOnlyMemory<byte> line)
    {
        reader.Read();
        BodyKind = reader.TokenType;
        (AsksForStream, BodyModel) = ReadBody(reader);
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        Body = line[start..(int)reader.BytesConsumed];
    }

    private void AddOther(ref Utf8JsonReader reader)
    {
        var isDocuments = reader.ValueTextEquals("documents"u8);
        reader.Read();
        HasText |= isDocuments && reader.TokenType == JsonTokenType.StartArray;
        CheckTexts(ref reader);
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

    private static (string? Id, bool Bad) ReadId(ref Utf8JsonReader reader, bool bad)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return (reader.GetString(), bad);
            case JsonTokenType.Number:
                return (Encoding.UTF8.GetString(reader.ValueSpan), bad);
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
}
