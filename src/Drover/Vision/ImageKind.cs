namespace Drover.Vision;

/// <summary>The kinds of image that vision models take.</summary>
public enum ImageKind
{
    Jpeg,
    Png,
    Webp,
    Gif,
}
