using System.Buffers.Text;

namespace Drover.Images;

/// <summary>An image within its own address: <c>data:[type][;base64],…</c> (RFC 2397).</summary>
internal static class DataUrl
{
    public static Loaded Read(string url, int limit)
    {
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !url[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
        {
            return new ImageFault("image_reference", "A data URL must be of the form data:image/…;base64,….");
        }

        // Three bytes for four characters.
        var size = (url.Length - comma - 1) / 4L * 3;
        if (size > limit)
        {
            return LimitedReading.TooLarge($"is about {size:N0} bytes", limit);
        }

        var text = url.AsSpan(comma + 1);
        if (!Base64.IsValid(text, out var length))
        {
            return new ImageFault("image_reference", "What follows 'base64,' in the data URL is not Base64.");
        }

        var bytes = new byte[length];
        return Convert.TryFromBase64Chars(text, bytes, out _)
            ? bytes
            : new ImageFault("image_reference", "What follows 'base64,' in the data URL is not Base64.");
    }
}
