using System.Text.Encodings.Web;
using System.Text.Json;
using Drover.Batches;
using Drover.Outcomes;

namespace Drover.Uploads;

/// <summary>The outcome of one uploaded image, from its line among the batch's outcomes.</summary>
/// <remarks>
/// <c>{"image","etag","batch_id","status":"completed"|"failed","data"|null,"error":{"code","message"}|null,"model","cost_usd"}</c>
/// </remarks>
internal static class ImageResult
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    public static byte[] Of(string batchId, UploadedImage image, OutcomeLine outcome)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("image"u8, image.Name);
            json.WriteString("etag"u8, image.ETag);
            json.WriteString("batch_id"u8, batchId);
            json.WriteString("status"u8, outcome.Data is null ? "failed"u8 : "completed"u8);
            json.WritePropertyName("data"u8);
            WriteData(json, outcome.Data);
            WriteError(json, outcome.Data is null ? outcome.Fault : null);
            json.WriteString("model"u8, outcome.Call.Model);
            json.WritePropertyName("cost_usd"u8);
            WriteCost(json, outcome.Call.CostUsd);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteData(Utf8JsonWriter json, JsonElement? data)
    {
        if (data is { } value)
        {
            value.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static void WriteError(Utf8JsonWriter json, LineFault? error)
    {
        if (error is null)
        {
            json.WriteNull("error"u8);
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
    }

    private static void WriteCost(Utf8JsonWriter json, decimal? cost)
    {
        if (cost is { } dollars)
        {
            json.WriteNumberValue(dollars);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
