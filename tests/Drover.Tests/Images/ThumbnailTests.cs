using Drover.Images;

namespace Drover.Tests.Images;

public sealed class ThumbnailTests
{
    [Theory]
    [InlineData(4000, 3000, 1440, 1080)]
    [InlineData(4000, 1000, 1920, 480)]
    [InlineData(1921, 20, 1920, 20)]
    [InlineData(1000, 4000, 270, 1080)]
    public void Make_LargerThanTheBox_FitsIntoItWithItsRatio(int width, int height, int toWidth, int toHeight)
    {
        var header = Shrink(TestImages.Make(width, height));

        Assert.Equal(new ImageHeader(ImageKind.Jpeg, toWidth, toHeight, true), header);
    }

    [Theory]
    [InlineData("pngsave_buffer", "")]
    [InlineData("pngsave_buffer", "interlace=true")]
    [InlineData("webpsave_buffer", "")]
    [InlineData("webpsave_buffer", "lossless=true")]
    [InlineData("gifsave_buffer", "")]
    [InlineData("jpegsave_buffer", "interlace=true")]
    [InlineData("jpegsave_buffer", "profile=p3")]
    [InlineData("pngsave_buffer", "profile=cmyk")]
    public void Make_EveryKind_IsAJpeg(string saver, string arguments) =>
        Assert.Equal(new ImageHeader(ImageKind.Jpeg, 1920, 960, true), Shrink(TestImages.Make(2000, 1000, saver, arguments)));

    [Fact]
    public void Make_Turned_StandsUprightAndSaysNothingOfIt()
    {
        var file = TestImages.Turned(TestImages.Make(4000, 3000));

        var jpeg = Thumbnail.Make(file, 1920, 1080, 85)!;

        Assert.Equal(new ImageHeader(ImageKind.Jpeg, 810, 1080, true), ImageHeader.Read(jpeg));
        Assert.Equal(-1, jpeg.AsSpan().IndexOf("Exif"u8));
    }

    [Theory]
    [InlineData("jpegsave_buffer", "")]
    [InlineData("jpegsave_buffer", "interlace=true")]
    [InlineData("pngsave_buffer", "")]
    [InlineData("webpsave_buffer", "")]
    public void Make_Truncated_IsNothing(string saver, string arguments)
    {
        var file = TestImages.Make(2000, 1500, saver, arguments);

        Assert.Null(Thumbnail.Make(file.AsMemory(0, file.Length / 2), 1920, 1080, 85));
    }

    [Fact]
    public void Make_NoImageInside_IsNothing() => Assert.Null(Thumbnail.Make(Pictures.Bomb(3000, 3000), 1920, 1080, 85));

    [Fact]
    public void Make_SizeAndQuality_AreAsGiven()
    {
        var file = TestImages.Make(2000, 1000);

        Assert.Equal(new ImageHeader(ImageKind.Jpeg, 100, 50, true), ImageHeader.Read(Thumbnail.Make(file, 100, 1080, 85)));
        Assert.True(Thumbnail.Make(file, 1920, 1080, 20)!.Length < Thumbnail.Make(file, 1920, 1080, 90)!.Length / 2);
    }

    private static ImageHeader? Shrink(byte[] file) => ImageHeader.Read(Thumbnail.Make(file, 1920, 1080, 85));
}
