using Drover.Images;
using NetVips;

namespace Drover.Tests.Images;

/// <summary>Small images that a model would not see as they are meant: turned, moving, in other colours, without an end.</summary>
public sealed class UnusualImageTests
{
    private const int Tolerance = 12; // JPEG.

    [Theory]
    [InlineData("jpegsave_buffer")]
    [InlineData("webpsave_buffer")]
    [InlineData("pngsave_buffer")]
    public async Task PrepareAsync_SmallOnItsSide_StandsUpright(string saver)
    {
        using var scene = Scene();
        using var turned = scene.Mutate(image => image.Set(GValue.GIntType, "orientation", 6));
        var file = Save(turned, saver, "keep=exif");

        var (image, decoded) = await PrepareAsync(file);

        using (decoded)
        {
            Assert.Equal(ImageKind.Jpeg, image.Kind);
            Assert.Equal((32, 64), (decoded.Width, decoded.Height));
            AssertColours(decoded, (16, 8), (16, 56)); // What was left is above.
            Assert.Equal(-1, image.Bytes.Span.IndexOf("Exif"u8));
        }
    }

    [Fact]
    public async Task PrepareAsync_SmallWithAnExifBlockOfItsOwnMaking_StandsUpright()
    {
        using var scene = Scene();

        var (_, decoded) = await PrepareAsync(TestImages.Turned(Save(scene, "jpegsave_buffer")));

        using (decoded)
        {
            Assert.Equal((32, 64), (decoded.Width, decoded.Height));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PrepareAsync_SmallCmykJpeg_IsSrgb(bool withoutProfile)
    {
        using var scene = Scene();
        using var cmyk = scene.IccExport(outputProfile: "cmyk");
        using var bare = withoutProfile ? cmyk.Mutate(image => image.Remove("icc-profile-data")) : cmyk.Copy();

        var (_, decoded) = await PrepareAsync(Save(bare, "jpegsave_buffer"));

        using (decoded)
        {
            Assert.Equal((Enums.Interpretation.Srgb, 3, 64, 32), (decoded.Interpretation, decoded.Bands, decoded.Width, decoded.Height));
            // Ink has no such red and blue, but it is clear which is which.
            Assert.True(decoded[8, 16] is [> 150, _, < 120], string.Join(' ', decoded[8, 16]));
            Assert.True(decoded[56, 16] is [< 120, _, > 100], string.Join(' ', decoded[56, 16]));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PrepareAsync_SmallWithSixteenBits_HasEight(bool isGrey)
    {
        using var scene = Scene();
        using var wide = scene.Colourspace(isGrey ? Enums.Interpretation.Grey16 : Enums.Interpretation.Rgb16);

        var (_, decoded) = await PrepareAsync(Save(wide, "pngsave_buffer"));

        using (decoded)
        {
            Assert.Equal((Enums.BandFormat.Uchar, 64, 32), (decoded.Format, decoded.Width, decoded.Height));
            if (!isGrey)
            {
                AssertColours(decoded, (8, 16), (56, 16));
            }
        }
    }

    [Theory]
    [InlineData("gifsave_buffer", false)]
    [InlineData("webpsave_buffer", false)]
    [InlineData("gifsave_buffer", true)]
    public async Task PrepareAsync_SmallAndMoving_IsItsFirstFrame(string saver, bool isCut)
    {
        using var scene = Scene();
        using var other = scene.Invert();
        using var both = Image.Arrayjoin([scene, other], across: 1);
        using var moving = both.Mutate(image => image.Set(GValue.GIntType, "page-height", 32));
        var file = Save(moving, saver);
        Assert.True(ImageHeader.Read(file)!.Value.IsUnusual);

        var (image, decoded) = await PrepareAsync(isCut ? file[..^4] : file);

        using (decoded)
        {
            Assert.Equal(ImageKind.Jpeg, image.Kind);
            Assert.Equal((64, 32), (decoded.Width, decoded.Height));
            AssertColours(decoded, (8, 16), (56, 16));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("interlace=true")]
    public async Task PrepareAsync_JpegWithoutItsEndMark_IsDecoded(string arguments)
    {
        using var scene = Scene();
        var file = Save(scene, "jpegsave_buffer", arguments);

        foreach (var cut in new[] { file[..^2], file[..^1] })
        {
            var (image, decoded) = await PrepareAsync(cut);
            using (decoded)
            {
                Assert.True(ImageHeader.Read(image.Bytes.Span)!.Value.IsWhole);
                AssertColours(decoded, (8, 16), (56, 16));
            }
        }
    }

    [Fact]
    public async Task PrepareAsync_JpegWithoutMoreThanItsEndMark_IsTruncated()
    {
        var file = TestImages.Make(400, 300);
        using var vision = new TestVision();
        using var without = new TestVision(hasLibrary: false);

        Assert.Equal("image_truncated", (await vision.FailAsync(Data(file[..(file.Length / 2)]))).Code);
        Assert.Equal("image_truncated", (await vision.FailAsync(Data(file[..(file.Length * 9 / 10)]))).Code);
        Assert.Equal("image_truncated", (await without.FailAsync(Data(file[..^2]))).Code);
    }

    [Theory]
    [InlineData("jpegsave_buffer")]
    [InlineData("webpsave_buffer")]
    [InlineData("pngsave_buffer")]
    [InlineData("gifsave_buffer")]
    public async Task PrepareAsync_SmallAndUsual_KeepsItsBytes(string saver)
    {
        using var scene = Scene();
        using var upright = scene.Mutate(image => image.Set(GValue.GIntType, "orientation", 1));
        var file = Save(upright, saver);
        using var vision = new TestVision();

        Assert.Equal(file, (await vision.PrepareAsync(Data(file))).Bytes.ToArray());
    }

    // Red on the left, blue on the right.
    private static Image Scene()
    {
        Assert.SkipUnless(VipsLibrary.IsThere, "There is no libvips here.");
        using var red = Square(255, 0, 0);
        using var blue = Square(0, 0, 255);
        return red.Join(blue, Enums.Direction.Horizontal);
    }

    private static Image Square(params int[] colour)
    {
        using var square = Image.Black(32, 32) + colour;
        using var bytes = square.Cast(Enums.BandFormat.Uchar);
        return bytes.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    private static byte[] Save(Image image, string saver, string arguments = "") =>
        Assert.IsType<byte[]>(Operation.Call(saver, new VOption { { "string_options", arguments } }, matchImage: image));

    private static async Task<(PreparedImage Image, Image Decoded)> PrepareAsync(byte[] file)
    {
        using var vision = new TestVision();
        var image = await vision.PrepareAsync(Data(file));
        Assert.Null(image.Fault);
        return (image, Image.NewFromBuffer(image.Bytes.ToArray()));
    }

    private static void AssertColours(Image image, (int X, int Y) red, (int X, int Y) blue)
    {
        Assert.Equal([255d, 0, 0], image[red.X, red.Y], (a, b) => Math.Abs(a - b) <= Tolerance);
        Assert.Equal([0d, 0, 255], image[blue.X, blue.Y], (a, b) => Math.Abs(a - b) <= Tolerance);
    }

    private static string Data(byte[] file) => $"data:;base64,{Convert.ToBase64String(file)}";
}
