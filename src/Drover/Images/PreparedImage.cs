namespace Drover.Images;

/// <summary>An image ready to be sent, or why there is none.</summary>
/// <param name="Bytes">The file: what was loaded, or a smaller JPEG of it.</param>
/// <param name="Fault">Why there is none, or null.</param>
internal readonly record struct PreparedImage(ReadOnlyMemory<byte> Bytes, ImageKind Kind, ImageFault? Fault = null)
{
    public static implicit operator PreparedImage(ImageFault fault) => new(default, default, fault);

    /// <summary>The kind as a data URL names it, such as <c>image/jpeg</c>.</summary>
    public string MediaType => Kind switch
    {
        ImageKind.Jpeg => "image/jpeg",
        ImageKind.Png => "image/png",
        ImageKind.Webp => "image/webp",
        _ => "image/gif",
    };
}
