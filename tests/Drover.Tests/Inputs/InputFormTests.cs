using System.IO.Compression;
using System.Text;
using Drover.Batches;
using Drover.Inputs;

namespace Drover.Tests.Inputs;

public sealed class InputFormTests
{
    private const string Two = "{\"id\":\"ä1\",\"text\":\"x\"}\r\n\n{\"id\":\"b\",\"text\":\"[\\\"{\"}\n";

    [Theory]
    [InlineData(Two)]
    [InlineData("")]
    [InlineData("\n \n")]
    [InlineData("not json\n[1]\n{}")]
    [InlineData("{\"id\":\"a\"},\n{\"id\":\"b\"},\n")]
    [InlineData("{\"id\":\"cut\",\n{\"id\":\"b\"}\n")]
    [InlineData("{\"id\":\"a\",\"text\":\"not closed\n{\"id\":\"b\"}\n")]
    [InlineData("{\"id\":\"a\",\"text\":\"a\0b\"}\n")]
    [InlineData("one, two\nthree\n{\"id\":\"a\"}\n")]
    [InlineData("# made by me, today\n{\"id\":\"a\", \"b\":1}\n{\"id\":\"a\", \"b\":1}\n")]
    public async Task OfAsync_Lines_AreReadAsTheyAre(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.Equal((text, false, false), await ReadAsync(bytes));
        Assert.Equal(("\uFEFF" + text, false, false), await ReadAsync([0xEF, 0xBB, 0xBF, .. bytes]));
    }

    [Fact]
    public async Task OfAsync_LinesLongerThanTheHead_AreReadAsTheyAre()
    {
        var text = $"{{\"id\":\"a\",\"text\":\"{new string('x', 200_000)}\"}}\n" + Two;

        Assert.Equal((text, false, false), await ReadAsync(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-32", true)]
    [InlineData("utf-32BE", true)]
    [InlineData("utf-32", false)]
    public async Task OfAsync_OtherEncoding_IsReadAsUtf8WithItsLines(string name, bool hasMark)
    {
        var encoding = Encoding.GetEncoding(name);
        var text = string.Concat(Enumerable.Repeat(Two + "{\"id\":\"😀\"}\n", 3_000)); // More than one head.

        var (lines, isChanged, isList) = await ReadAsync([.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)]);

        Assert.Equal((text, true, false), (lines.TrimStart('\uFEFF'), isChanged, isList));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task OfAsync_Gzip_IsUnpacked(int times)
    {
        var text = string.Concat(Enumerable.Repeat(Two, 10_000));

        Assert.Equal((text, true, false), await ReadAsync(Packed(Encoding.UTF8.GetBytes(text), times)));
        byte[] inTwoParts = [.. Packed(Encoding.UTF8.GetBytes(Two[..9])), .. Packed(Encoding.UTF8.GetBytes(Two[9..]))];
        Assert.Equal((Two, true, false), await ReadAsync(inTwoParts));
    }

    [Fact]
    public async Task OfAsync_PackedArrayInUtf16_IsReadAsLines() => Assert.Equal(
        ("{\"id\":\"ä\"}\n", true, true), await ReadAsync(Packed(Encoding.Unicode.GetBytes("\uFEFF[{\"id\":\"ä\"}]"))));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public async Task OfAsync_GzipThatIsCut_IsRefusedAndNeverTakenForAShorterOne(double share)
    {
        var random = new Random(1);
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{{\"id\":\"{i}\",\"text\":\"{random.NextInt64()}\"}}\n"));
        var packed = Packed(Encoding.UTF8.GetBytes(text));

        var e = await Assert.ThrowsAsync<BatchRefusedException>(() => ReadAsync(packed[..(int)(packed.Length * share)]));

        Assert.StartsWith("The input is a gzip file that is cut or broken: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("[{}]", "{}\n")]
    [InlineData(" [ {\"a\" : 1} ,\r\n {\"b\":[1,{}]}\n]\n", "{\"a\" : 1}\n{\"b\":[1,{}]}\n")]
    [InlineData("[{\"a\":\"],\\\"\\\\\"},{\"b\":2}]", "{\"a\":\"],\\\"\\\\\"}\n{\"b\":2}\n")]
    [InlineData("[{\"a\":1}]\n[{\"b\":2}]", "{\"a\":1}\n{\"b\":2}\n")]
    [InlineData("{\n  \"a\": 1,\n\t\"b\": [\n 2\n]\n}\n{\n  \"c\": 4\n5}", "{ \"a\": 1, \"b\": [ 2 ] }\n{ \"c\": 4 5}\n")]
    [InlineData("{\"a\":1}{\"b\":2} {\"c\":3}\n{\"d\":4}", "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n{\"d\":4}\n")]
    public async Task OfAsync_ObjectsInAnotherForm_BecomeALineEach(string text, string lines)
    {
        Assert.Equal((lines, true, true), await ReadAsync(Encoding.UTF8.GetBytes(text)));
        Assert.Equal((lines, true, true), await ReadAsync([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)]));
    }

    [Fact]
    public async Task OfAsync_LargeArray_IsStreamed()
    {
        var items = Enumerable.Range(0, 50_000).Select(i => $"{{\"id\":\"{i}\",\"text\":\"\\\"é {i}\\\\\"}}").ToList();

        var (lines, _, _) = await ReadAsync(Encoding.UTF8.GetBytes($"[\n  {string.Join(",\n  ", items)}\n]"));

        Assert.Equal(items, lines.Split('\n')[..^1]);
    }

    [Theory]
    [InlineData("[{\"a\":1},\n{\"b\":2", "it ends within item 2, which begins on line 2.")]
    [InlineData("[{\"a\":1},\n", "its array is not closed after item 1.")]
    [InlineData("[{\"a\":1},\n7]", "on line 2, after item 1, there is something else than an object.")]
    [InlineData("[\n\"a\",\n\"b\"]", "on line 2, after item 0, there is something else than an object.")]
    [InlineData("[{\"a\":1},\n{\"b\":[2}]]", "the brackets of item 2 do not fit on line 2.")]
    [InlineData("[{\"a\":1},\n{\"b\":\"x\n\"}]", "a text of item 2 is not closed on line 2.")]
    public async Task OfAsync_ArrayThatIsBroken_IsRefusedWithItsPlace(string text, string why)
    {
        var e = await Assert.ThrowsAsync<BatchRefusedException>(() => ReadAsync(Encoding.UTF8.GetBytes(text)));

        Assert.Equal($"The input is JSON, but not JSONL, and cannot be read: {why} Nothing was taken in.", e.Message);
    }

    [Theory]
    [InlineData("id,text\n1,Hello\n2,\"a, b\nc\"\n", "a table (CSV), with commas between its fields")]
    [InlineData("1,Hello", null)]
    [InlineData("id,text\n1,Hello", "a table (CSV), with commas between its fields")]
    [InlineData("id\ttext\n1\tHello, you\n2\tx\n", "a table (CSV), with tabs between its fields")]
    [InlineData("id;text\r\n1;{\"a\":1}\r\n2;x\r\n", "a table (CSV), with semicolons between its fields")]
    [InlineData("<?xml version=\"1.0\"?><a/>", "XML or HTML")]
    [InlineData("%PDF-1.7\n", "a PDF document")]
    [InlineData("PK\u0003\u0004....[Content_Types].xml...xl/workbook.xml", "an Excel workbook")]
    [InlineData("PK\u0003\u0004....in.jsonl", "a ZIP archive")]
    [InlineData("PAR1\u0015\0", "a Parquet file")]
    [InlineData("RIFF0000WEBPVP8 ", "a WebP image")]
    [InlineData("GIF89a", "a GIF image")]
    [InlineData("SQLite format 3\0", "an SQLite database")]
    [InlineData("\u0007\0\u0001\0\0\u0009", "binary data")]
    public async Task OfAsync_WrongKind_IsRefusedByItsName(string text, string? name)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (name is null)
        {
            Assert.Equal((text, false, false), await ReadAsync(bytes));
            return;
        }

        var e = await Assert.ThrowsAsync<BatchRefusedException>(() => ReadAsync(bytes));
        Assert.StartsWith($"The input is {name}, not JSONL. ", e.Message, StringComparison.Ordinal);
        Assert.Equal(400, e.Status);
        Assert.Equal(e.Message, (await Assert.ThrowsAsync<BatchRefusedException>(() => ReadAsync(Packed(bytes)))).Message);
    }

    [Fact]
    public async Task OfAsync_PicturesAndPackedFiles_AreRefusedByTheirNames()
    {
        foreach (var (bytes, name) in new (byte[], string)[]
        {
            (Pictures.Png(2, 2, 1), "a PNG image"), ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG image"),
            ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file"),
            ([.. "BZh9"u8], "a bzip2 file"), ([.. new byte[257], .. "ustar"u8], "a tar archive"),
        })
        {
            var e = await Assert.ThrowsAsync<BatchRefusedException>(() => ReadAsync(bytes));
            Assert.StartsWith($"The input is {name}, not JSONL. ", e.Message, StringComparison.Ordinal);
        }
    }

    private static byte[] Packed(byte[] content, int times = 1)
    {
        for (; times > 0; times--)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            {
                gzip.Write(content);
            }

            content = packed.ToArray();
        }

        return content;
    }

    private static async Task<(string Lines, bool IsChanged, bool IsList)> ReadAsync(byte[] input)
    {
        using var stream = new MemoryStream(input);
        await using var form = await InputForm.OfAsync(stream, default);
        using var lines = new MemoryStream();
        await form.Lines.CopyToAsync(lines);
        return (Encoding.UTF8.GetString(lines.ToArray()), form.IsChanged, form.IsList);
    }
}
