namespace Drover.Images;

/// <summary>The bytes of an image as they lie where it comes from, or why there are none.</summary>
internal readonly record struct Loaded(ReadOnlyMemory<byte> Bytes, ImageFault? Fault)
{
    public static implicit operator Loaded(ImageFault fault) => new(default, fault);

    public static implicit operator Loaded(byte[] bytes) => new(bytes, null);
}
