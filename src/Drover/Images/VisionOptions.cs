using Drover.Settings;

namespace Drover.Images;

/// <summary>How images are loaded, checked and shrunk. Section <c>Drover:Vision</c>.</summary>
public sealed class VisionOptions : IOptionsSection
{
    /// <summary>The largest image file taken, in bytes.</summary>
    [Between(1024, 100 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>The most pixels of an image that is decoded to be shrunk; its header tells them.</summary>
    [Between(1, 1_000_000_000)]
    public int MaxPixels { get; set; } = 100_000_000;

    /// <summary>Wider images are shrunk, their ratio kept.</summary>
    [Between(16, 16_384)]
    public int MaxWidth { get; set; } = 1920;

    /// <summary>Higher images are shrunk, their ratio kept.</summary>
    [Between(16, 16_384)]
    public int MaxHeight { get; set; } = 1080;

    /// <summary>The quality of the JPEG that an image is shrunk to, 1 to 100.</summary>
    [Between(1, 100)]
    public int JpegQuality { get; set; } = 85;

    /// <summary>How many images are decoded at once; 0: one for each processor. It bounds memory.</summary>
    [Between(0, 256)]
    public int Decodes { get; set; }

    /// <summary>The longest time to one answer of an image's server, to its last byte.</summary>
    [Duration("00:00:00.010", "00:10:00", Written = "hh:mm:ss")]
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a download that fails for a passing reason is tried again at once, before the item waits for a later pass.
    /// </summary>
    [Between(0, 10)]
    public int LoadRetries { get; set; } = 2;

    /// <summary>Whether URLs may lead to private, loopback and link-local addresses.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Whether an item may name a file of the machine that Drover runs on. The <c>drover</c> command sets it.</summary>
    public bool AllowFiles { get; set; }

    /// <summary>How closely models look at images: <c>auto</c>, <c>low</c> or <c>high</c>.</summary>
    [OneOf("auto", "low", "high")]
    public string Detail { get; set; } = "auto";

    /// <summary>How long uploaded images are gathered before they become a batch; as long as more keep coming, it goes on.</summary>
    [Duration("00:00:00.010", "01:00:00", Written = "hh:mm:ss")]
    public TimeSpan GatherWindow { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most uploaded images in one batch.</summary>
    [Between(1, 5_000)]
    public int GatherItems { get; set; } = 500;

    /// <inheritdoc/>
    string IOptionsSection.Section => "Drover:Vision";
}
