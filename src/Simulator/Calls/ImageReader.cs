using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Drover.Simulator.Http;

namespace Drover.Simulator.Calls;

/// <summary>Checks an image of a message and counts it.</summary>
internal static class ImageReader
{
    private static readonly string[] Kinds = ["png", "jpeg", "jpg", "gif", "webp"];

    /// <summary>An object with <c>url</c> and <c>detail</c>.</summary>
    public static void Read(JsonElement image, string path, PromptBuilder prompt)
    {
        if (image.ValueKind != JsonValueKind.Object)
        {
            throw Checks.WrongType(path, "an object", image);
        }

        if (Checks.Member(image, "detail")?.GetString() is { } detail and not ("auto" or "low" or "high"))
        {
            throw Checks.WrongValue($"{path}.detail", detail, "low", "high", "auto");
        }

        ReadUrl(Checks.Required(image, "url", $"{path}.url"), $"{path}.url", image, prompt);
    }

    /// <summary>The URL of an image whose <c>detail</c>, if any, stands in <paramref name="image"/>.</summary>
    public static void ReadUrl(JsonElement url, string path, JsonElement image, PromptBuilder prompt)
    {
        if (url.ValueKind != JsonValueKind.String)
        {
            throw Checks.WrongType(path, "a string", url);
        }

        // The raw text, because a picture of megabytes need not be copied to be judged.
        var raw = JsonMarshal.GetRawUtf8Value(url)[1..^1];
        if (raw.StartsWith("data:"u8))
        {
            var head = Encoding.ASCII.GetString(raw[..Math.Min(raw.Length, 40)]).Replace("\\/", "/", StringComparison.Ordinal);
            var isKnown = Kinds.Any(kind => head.StartsWith($"data:image/{kind};base64,", StringComparison.Ordinal))
                && !raw.EndsWith(","u8);
            if (!isKnown)
            {
                throw new ApiException(ApiError.Invalid(
                    "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].",
                    path, "invalid_image_format"));
            }
        }
        else if (!Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
        {
            throw new ApiException(ApiError.Invalid(
                $"Invalid '{path}'. Expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), or an http(s) URL.",
                path, "invalid_image_url"));
        }

        prompt.AddImage(raw, IsSmall(image));
    }

    private static bool IsSmall(JsonElement image) => Checks.Member(image, "detail")?.GetString() == "low";
}
