using Drover.Images;
using Drover.Settings;

namespace Drover.Tests.Images;

public sealed class VisionOptionsTests
{
    [Fact]
    public void Defaults_KeepTheRules()
    {
        var options = new VisionOptions();

        Assert.Empty(options.Faults());
        Assert.Equal((1920, 1080, 85), (options.MaxWidth, options.MaxHeight, options.JpegQuality));
        Assert.Equal((20 * 1024 * 1024, 100_000_000), (options.MaxBytes, options.MaxPixels));
        Assert.Equal((false, false, "auto"), (options.AllowPrivateAddresses, options.AllowFiles, options.Detail));
        Assert.Equal((TimeSpan.FromSeconds(30), 2, 0), (options.LoadTimeout, options.LoadRetries, options.Decodes));
        Assert.Equal((TimeSpan.FromSeconds(5), 500), (options.GatherWindow, options.GatherItems));
    }

    [Fact]
    public void Faults_ManyBadValues_AreAllNamed() => Assert.Equal(
        [
            "Drover:Vision:MaxBytes is 10; it must be from 1,024 to 104,857,600.",
            "Drover:Vision:JpegQuality is 101; it must be from 1 to 100.",
            "Drover:Vision:LoadTimeout is 00:00:00; it must be from 00:00:00.0100000 to 00:10:00, written as hh:mm:ss.",
            "Drover:Vision:Detail is 'best'; it must be auto, low or high.",
            "Drover:Vision:GatherItems is 0; it must be from 1 to 5,000.",
        ],
        new VisionOptions { MaxBytes = 10, JpegQuality = 101, GatherItems = 0, LoadTimeout = default, Detail = "best" }.Faults());
}
