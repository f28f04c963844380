namespace Drover.Images;

/// <summary>Reads a stream whole, up to a limit.</summary>
internal static class LimitedReading
{
    /// <param name="length">How long it says it is, if it says.</param>
    /// <param name="limit">The most bytes taken.</param>
    public static async Task<Loaded> ReadAsync(Stream source, long? length, int limit, CancellationToken cancellationToken)
    {
        if (length > limit)
        {
            return TooLarge($"is {length:N0} bytes", limit);
        }

        // What is said of the length is believed up to a mebibyte, so that nobody makes us set memory aside by saying so.
        using var content = new MemoryStream((int)Math.Min(length ?? 64 * 1024, 1 << 20));
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (content.Length + read > limit)
            {
                return TooLarge("goes on", limit);
            }

            content.Write(buffer, 0, read);
        }

        return content.Length == content.Capacity ? content.GetBuffer() : content.ToArray();
    }

    public static ImageFault TooLarge(string what, int limit) =>
        new("image_too_large", $"The image {what}; the limit is {limit:N0} bytes (Drover:Vision:MaxBytes).");
}
