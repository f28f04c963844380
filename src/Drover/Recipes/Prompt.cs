using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drover.Json;
using Drover.Models;
using Drover.OpenAI;
using Drover.Recipes.Schemas;

namespace Drover.Recipes;

/// <summary>A prompt that is answered with one JSON object, and the schema of that.</summary>
/// <param name="name">What the schema is called.</param>
/// <param name="schema">The schema of the reply.</param>
/// <param name="maxTokens">The longest reply.</param>
/// <param name="temperature">How freely the model may choose its words, from 0 to 2.</param>
/// <param name="models">Says what a model can be asked for.</param>
internal sealed class Prompt(string name, Template text, ReplySchema schema, int maxTokens, double temperature, ModelCatalogue models)
{
    /// <summary>The schema of the reply.</summary>
    public ReplySchema Schema => schema;

    /// <summary>Reads the files of a name.</summary>
    /// <param name="maxTokens">The longest reply.</param>
    /// <param name="models">Says what a model can be asked for.</param>
    /// <param name="temperature">How freely the model may choose its words.</param>
    /// <param name="schema">The name of the schema; null: the same.</param>
    public static Prompt Read(
        Prompts prompts, string name, int maxTokens, ModelCatalogue models, double temperature = 0, string? schema = null) =>
        new(
            name.Replace('.', '_'), prompts.Text(name), prompts.Schema(schema ?? name), prompts.OutputTokens(maxTokens), temperature,
            models);

    /// <summary>Writes the body of a chat completion.</summary>
    /// <param name="source">What it is about.</param>
    /// <param name="image">Writes a part of the message that comes behind the text.</param>
    /// <param name="narrowed">The schema of this reply alone.</param>
    public void WriteRequest(
        Source source, string model, IBufferWriter<byte> output, Action<Utf8JsonWriter>? image = null, ReplySchema? narrowed = null)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteStartArray("messages"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        if (image is null)
        {
            json.WriteString("content"u8, text.Fill(source));
        }
        else
        {
            json.WriteStartArray("content"u8);
            json.WriteStartObject();
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, text.Fill(source).Trim());
            json.WriteEndObject();
            image(json);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteNumber("temperature"u8, temperature);
        json.WriteNumber("max_tokens"u8, maxTokens);
        WriteFormat(json, models.Find(model)?.ReplyFormat ?? ReplyFormat.JsonSchema, narrowed ?? schema);
        json.WriteEndObject();
    }

    /// <summary>Reads a reply.</summary>
    /// <param name="reply">What the model wrote.</param>
    /// <param name="narrowed">The schema of this reply alone.</param>
    public Reading Read(string reply, ReplySchema? narrowed = null)
    {
        var wanted = narrowed ?? schema;
        Reading? reading = null;
        return JsonReply.TryRead(reply, out _, IsWanted) ? reading! : new Reading(null, "The reply holds no JSON object.");

        // They are asked from the last to the first until one will do; if none does, the last is what there is.
        bool IsWanted(JsonElement value)
        {
            var read = new Reading(wanted.Read(value, out var fault), fault);
            reading = reading is null || fault is null ? read : reading;
            return fault is null;
        }
    }

    private void WriteFormat(Utf8JsonWriter json, ReplyFormat format, ReplySchema sent)
    {
        if (format == ReplyFormat.Text)
        {
            return;
        }

        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, format == ReplyFormat.JsonSchema ? "json_schema"u8 : "json_object"u8);
        if (format == ReplyFormat.JsonSchema)
        {
            json.WriteStartObject("json_schema"u8);
            json.WriteString("name"u8, name);
            json.WriteBoolean("strict"u8, true);
            json.WritePropertyName("schema"u8);
            json.WriteRawValue(sent.Json.Span, skipInputValidation: true);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
