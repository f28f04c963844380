using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drover.Inference;
using Drover.Vision;

namespace Drover.Recipes;

/// <summary><c>vision</c>: an image described, the objects in it, or the text on it.</summary>
/// <remarks>
/// A source is <c>{"id","image","question"?,"task"?}</c>; the task is <c>describe</c> (if none is named), <c>detect</c> or
/// <c>read</c>. The data is <c>{"description"}</c>, <c>{"objects":[{"label","confidence","box"}]}</c> (a box is x, y, width and
/// height as fractions of the image, or null) or <c>{"text"}</c>.
/// </remarks>
internal sealed class VisionRecipe(ImagePreparation images, VisionOptions options) : IRecipe
{
    private readonly VisionTask[] _tasks = [new("describe", "description", 800), new("detect", "objects", 2000), new("read", "text", 4000)];

    public string Name => "vision";

    public string Url => "/v1/chat/completions";

    public async ValueTask<CallResult?> WriteRequestAsync(Source source, string model, IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        var name = source.Task ?? _tasks[0].Name;
        if (Array.Find(_tasks, t => t.Name == name) is not { } task)
        {
            return Unsent(new ImageFault("vision_task", $"'task' is '{Cut(name)}'; it must be {string.Join(", ", _tasks.Select(t => t.Name))}."));
        }

        if (source.Image is not { Length: > 0 } reference)
        {
            return Unsent(new ImageFault("image_reference", "The source has no 'image'."));
        }

        var image = await images.PrepareAsync(reference, source.ETag, cancellationToken);
        if (image.Fault is { } fault)
        {
            return Unsent(fault);
        }

        WriteRequest(source, model, task, image, output);
        return null;
    }

    // As it will be, but for the image's bytes, which count for nothing there.
    public ValueTask<RequestShape> ShapeOfAsync(Source source, string model)
    {
        var body = new ArrayBufferWriter<byte>();
        var task = Array.Find(_tasks, t => t.Name == (source.Task ?? _tasks[0].Name));
        if (task is not null && source.Image is { Length: > 0 })
        {
            WriteRequest(source, model, task, default, body);
        }

        return ValueTask.FromResult(RequestShape.Read(Url, body.WrittenSpan));
    }

    public JsonElement? ReadReply(string text, out string? fault)
    {
        if (!JsonReply.TryRead(text, out var root))
        {
            fault = "The reply holds no JSON object.";
            return null;
        }

        var task = Array.Find(_tasks, t => root.TryGetProperty(t.Member, out _));
        fault = task is null
            ? $"The reply must have one of the members {string.Join(", ", _tasks.Select(t => $"'{t.Member}'"))}."
            : task.Fault(root.GetProperty(task.Member));
        return fault is null ? task!.Data(root.GetProperty(task.Member)) : null;
    }

    private void WriteRequest(Source source, string model, VisionTask task, PreparedImage image, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteStartArray("messages"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, Prompts.Fill(task.Prompt, source).Trim());
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        WriteDataUrl(json, image);
        json.WriteString("detail"u8, options.Detail);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteNumber("temperature"u8, 0);
        json.WriteNumber("max_tokens"u8, task.MaxTokens);
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, "json_schema"u8);
        json.WriteStartObject("json_schema"u8);
        json.WriteString("name"u8, task.Name);
        json.WriteBoolean("strict"u8, true);
        json.WritePropertyName("schema"u8);
        json.WriteRawValue(task.Schema, skipInputValidation: true);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Straight into the value's own bytes: an image may be megabytes, and nothing in Base64 is to be escaped.
    private static void WriteDataUrl(Utf8JsonWriter json, PreparedImage image)
    {
        var head = System.Text.Encoding.ASCII.GetBytes($"\"data:{image.MediaType};base64,");
        var length = head.Length + Base64.GetMaxEncodedToUtf8Length(image.Bytes.Length) + 1;
        var value = ArrayPool<byte>.Shared.Rent(length);
        head.CopyTo(value, 0);
        Base64.EncodeToUtf8(image.Bytes.Span, value.AsSpan(head.Length), out _, out _);
        value[length - 1] = (byte)'"';
        json.WritePropertyName("url"u8);
        json.WriteRawValue(value.AsSpan(0, length), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(value);
    }

    private static CallResult Unsent(ImageFault fault) =>
        new(fault.Passes ? Outcome.Later : Outcome.Rejected) { ErrorCode = fault.Code, ErrorMessage = fault.Message };

    private static string Cut(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 60), "…");
}
