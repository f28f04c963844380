using System.Text.Encodings.Web;
using System.Text.Json;

namespace Drover.Uploads;

/// <summary>The outcome of one uploaded image, from its line among the batch's outcomes.</summary>
/// <remarks>
/// <c>{"image","etag","batch_id","status":"completed"|"failed","data"|null,"error":{"code","message"}|null,"model","cost_usd"}</c>
/// </remarks>
internal static class ImageResult
{
    public static byte[] Of(string batchId, UploadedImage image, JsonElement outcome)
    {
        var drover = Member(outcome, "drover");
        var data = Member(drover, "data");
        using var buffer = new MemoryStream();
        using (
            var json = new Utf8JsonWriter(
                buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("image"u8, image.Name);
            json.WriteString("etag"u8, image.ETag);
            json.WriteString("batch_id"u8, batchId);
            json.WriteString("status"u8, data is null ? "failed"u8 : "completed"u8);
            Write(json, "data", data);
            WriteError(json, data is null ? ErrorOf(outcome) : null);
            Write(json, "model", Member(drover, "model"));
            Write(json, "cost_usd", Member(drover, "cost_usd"));
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    // Drover's own error, or else the upstream's.
    private static JsonElement? ErrorOf(JsonElement outcome) =>
        Member(outcome, "error") ?? Member(Member(Member(outcome, "response"), "body"), "error");

    private static void WriteError(Utf8JsonWriter json, JsonElement? error)
    {
        if (error is null)
        {
            json.WriteNull("error"u8);
            return;
        }

        json.WriteStartObject("error"u8);
        Write(json, "code", Member(error, "code"));
        Write(json, "message", Member(error, "message"));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement? value)
    {
        json.WritePropertyName(name);
        if (value is { } written)
        {
            written.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var member)
            && member.ValueKind != JsonValueKind.Null
            ? member
            : null;
}
