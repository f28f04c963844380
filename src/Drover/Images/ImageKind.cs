namespace Drover.Images;

/// <summary>The kinds of image that vision models take.</summary>
internal enum ImageKind
{
    Jpeg,
    Png,
    Webp,
    Gif,
}
