using Drover.Images;

namespace Drover.Tests.Images;

public sealed class ImageHeaderTests
{
    [Theory]
    [InlineData("jpegsave_buffer", "", ImageKind.Jpeg)]
    [InlineData("jpegsave_buffer", "interlace=true,restart_interval=4", ImageKind.Jpeg)]
    [InlineData("pngsave_buffer", "", ImageKind.Png)]
    [InlineData("webpsave_buffer", "", ImageKind.Webp)]
    [InlineData("webpsave_buffer", "lossless=true", ImageKind.Webp)]
    [InlineData("gifsave_buffer", "", ImageKind.Gif)]
    public void Read_EveryKind_TellsItsSizeAndWhetherItIsWhole(string saver, string arguments, object kind)
    {
        var file = TestImages.Make(123, 77, saver, arguments);

        Assert.Equal(new ImageHeader((ImageKind)kind, 123, 77, true), ImageHeader.Read(file));
        for (var length = 0; length < file.Length - 4; length++)
        {
            Assert.NotEqual(true, ImageHeader.Read(file.AsSpan(0, length))?.IsWhole);
        }
    }

    [Fact]
    public void Read_JpegWithAnotherInItsMetadata_GoesByItsOwnEnd()
    {
        var small = TestImages.Make(32, 32);
        var file = TestImages.Make(100, 50);
        byte[] both = [0xFF, 0xD8, 0xFF, 0xE1, (byte)((small.Length + 2) >> 8), (byte)(small.Length + 2), .. small, .. file.AsSpan(2)];

        Assert.Equal(new ImageHeader(ImageKind.Jpeg, 100, 50, true), ImageHeader.Read(both));
        Assert.False(ImageHeader.Read(both.AsSpan(0, both.Length - 10))!.Value.IsWhole);
        Assert.True(ImageHeader.Read([.. both, 0, 0, 7])!.Value.IsWhole);
    }

    [Fact]
    public void Read_GifWhoseFrameGoesBeyondItsCanvas_IsAsLargeAsTheFrame()
    {
        var file = TestImages.Make(200, 100, "gifsave_buffer");
        (file[6], file[8]) = (1, 1);

        Assert.Equal((200, 100), (ImageHeader.Read(file)!.Value.Width, ImageHeader.Read(file)!.Value.Height));
    }

    [Fact]
    public void Read_Bomb_TellsItsSize() =>
        Assert.Equal(new ImageHeader(ImageKind.Png, 60_000, 60_000, true), ImageHeader.Read(Pictures.Bomb(60_000, 60_000)));

    [Theory]
    [InlineData("")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"/>")]
    [InlineData("%PDF-1.7")]
    [InlineData("RIFF0000WAVEfmt ")]
    [InlineData("BM000000")]
    public void KindOf_SomethingElse_IsNone(string file) => Assert.Null(ImageHeader.KindOf(System.Text.Encoding.ASCII.GetBytes(file)));

    [Fact]
    public void Read_AnyBytesAfterASignature_NeverThrows()
    {
        var random = new Random(1);
        byte[][] starts =
            [[0xFF, 0xD8, 0xFF], [.. PngFormat.Signature], [.. "GIF89a"u8], [.. "RIFF0000WEBPVP8X"u8], [.. "RIFF0000WEBPVP8L"u8]];
        for (var i = 0; i < 20_000; i++)
        {
            var rest = new byte[random.Next(300)];
            random.NextBytes(rest);
            ImageHeader.Read([.. starts[i % starts.Length], .. rest]);
        }
    }
}
