using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Drover.Images;
using Drover.Json;
using Drover.Models;
using Drover.OpenAI;
using Drover.Tokens;
using Drover.Upstreams;

namespace Drover.Recipes;

/// <summary><c>vision</c>: an image described, the objects in it, or the text on it.</summary>
/// <remarks>
/// A source is <c>{"id","image","question"?,"task"?}</c>; the task is <c>describe</c> (if none is named), <c>detect</c> or
/// <c>read</c>. The data is <c>{"description"}</c>, <c>{"objects":[{"label","confidence","box"}]}</c> (a box is x, y, width and
/// height as fractions of the image, or null) or <c>{"text"}</c>.
/// </remarks>
internal sealed class VisionRecipe : IRecipe
{
    private readonly Dictionary<string, Prompt> _tasks;
    private readonly ImagePreparation _images;
    private readonly VisionOptions _options;

    public VisionRecipe(Prompts prompts, ModelCatalogue models, ImagePreparation images, VisionOptions options)
    {
        (_images, _options) = (images, options);
        _tasks = new[] { (Default, 800), ("detect", 2000), ("read", 4000) }.ToDictionary(
            t => t.Item1, t => Prompt.Read(prompts, $"vision.{t.Item1}", t.Item2, models), StringComparer.Ordinal);
    }

    private const string Default = "describe";

    public string Name => "vision";

    public async ValueTask<CallResult?> WriteRequestAsync(
        Source source, string model, IBufferWriter<byte> output, CancellationToken cancellationToken)
    {
        if (PromptOf(source) is not { } prompt)
        {
            return Unsent(
                new ImageFault("vision_task", $"'task' is '{Excerpt.Of(source.Task!, 60)}'; it must be {string.Join(", ", _tasks.Keys)}."));
        }

        if (source.Image is not { Length: > 0 } reference)
        {
            return Unsent(new ImageFault("image_reference", "The source has no 'image'."));
        }

        var image = await _images.PrepareAsync(reference, source.ETag, source.Folder, cancellationToken);
        if (image.Fault is { } fault)
        {
            return Unsent(fault);
        }

        prompt.WriteRequest(source, model, output, json => WriteImage(json, image));
        return null;
    }

    // As it will be, but for the image's bytes, which count for nothing there.
    public ValueTask<RequestShape> ShapeOfAsync(Source source, string model, TokenCounter? counter = null)
    {
        var body = new ArrayBufferWriter<byte>();
        if (source.Image is { Length: > 0 })
        {
            PromptOf(source)?.WriteRequest(source, model, body, json => WriteImage(json, default));
        }

        return ValueTask.FromResult(RequestShape.Read(((IRecipe)this).Url, body.WrittenSpan, counter));
    }

    public Reading Read(Source source, IReadOnlyList<string> replies) => PromptOf(source)!.Read(replies[^1]);

    private Prompt? PromptOf(Source source) => _tasks.GetValueOrDefault(source.Task ?? Default);

    private void WriteImage(Utf8JsonWriter json, PreparedImage image)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        WriteDataUrl(json, image);
        json.WriteString("detail"u8, _options.Detail);
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
}
