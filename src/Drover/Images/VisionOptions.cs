namespace Drover.Images;

/// <summary>How images are loaded, checked and shrunk. Section <c>Drover:Vision</c>.</summary>
public sealed class VisionOptions
{
    /// <summary>The largest image file taken, in bytes.</summary>
    public int MaxBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>The most pixels of an image that is decoded to be shrunk; its header tells them.</summary>
    public int MaxPixels { get; set; } = 100_000_000;

    /// <summary>Wider images are shrunk, their ratio kept.</summary>
    public int MaxWidth { get; set; } = 1920;

    /// <summary>Higher images are shrunk, their ratio kept.</summary>
    public int MaxHeight { get; set; } = 1080;

    /// <summary>The quality of the JPEG that an image is shrunk to, 1 to 100.</summary>
    public int JpegQuality { get; set; } = 85;

    /// <summary>How many images are decoded at once; 0: one for each processor. It bounds memory.</summary>
    public int Decodes { get; set; }

    /// <summary>The longest time to one answer of an image's server, to its last byte.</summary>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often a download that fails for a passing reason is tried again at once, before the item waits for a later pass.
    /// </summary>
    public int LoadRetries { get; set; } = 2;

    /// <summary>Whether URLs may lead to private, loopback and link-local addresses.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Whether an item may name a file of the machine that Drover runs on. The <c>drover</c> command sets it.</summary>
    public bool AllowFiles { get; set; }

    /// <summary>How closely models look at images: <c>auto</c>, <c>low</c> or <c>high</c>.</summary>
    public string Detail { get; set; } = "auto";

    /// <summary>How long uploaded images are gathered before they become a batch; as long as more keep coming, it goes on.</summary>
    public TimeSpan GatherWindow { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most uploaded images in one batch.</summary>
    public int GatherItems { get; set; } = 500;

    /// <summary>The rules that these settings break, each with the setting's name, its value and the rule.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var (name, value, least, most) in new[]
        {
            (nameof(MaxBytes), MaxBytes, 1024, 100 * 1024 * 1024),
            (nameof(MaxPixels), MaxPixels, 1, 1_000_000_000),
            (nameof(MaxWidth), MaxWidth, 16, 16_384),
            (nameof(MaxHeight), MaxHeight, 16, 16_384),
            (nameof(JpegQuality), JpegQuality, 1, 100),
            (nameof(Decodes), Decodes, 0, 256),
            (nameof(LoadRetries), LoadRetries, 0, 10),
            (nameof(GatherItems), GatherItems, 1, 5_000),
        })
        {
            if (value < least || value > most)
            {
                yield return $"Drover:Vision:{name} is {value}; it must be from {least:N0} to {most:N0}.";
            }
        }

        foreach (var (name, value, least, most) in new[]
        {
            (nameof(LoadTimeout), LoadTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10)),
            (nameof(GatherWindow), GatherWindow, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
        })
        {
            if (value < least || value > most)
            {
                yield return $"Drover:Vision:{name} is {value}; it must be from {least} to {most}, written as hh:mm:ss.";
            }
        }

        if (Detail is not ("auto" or "low" or "high"))
        {
            yield return $"Drover:Vision:Detail is '{Detail}'; it must be auto, low or high.";
        }
    }
}
