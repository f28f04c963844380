using System.Text;
using Drover.Json;

namespace Drover.Tests.Json;

public sealed class LineReaderTests
{
    private static readonly byte[] Bom = [0xEF, 0xBB, 0xBF];

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a\n")]
    [InlineData("a\nb")]
    [InlineData("a\r\nb\r\n")]
    [InlineData("\n\n\r\na\n\n")]
    [InlineData("a\rb\nc\r")]
    [InlineData("\r\r\n")]
    public async Task ReadAsync_HoweverTheStreamIsCut_GivesTheLinesAndWhereTheyLie(string text)
    {
        for (var chunk = 1; chunk <= text.Length + 1; chunk++)
        {
            AssertAreLinesOf(text, 0, await ReadAsync(Encoding.ASCII.GetBytes(text), 100, chunk));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\nb\n")]
    [InlineData("a")]
    [InlineData("\r\na")]
    public async Task ReadAsync_ByteOrderMark_IsPassedOver(string text)
    {
        for (var chunk = 1; chunk <= text.Length + 4; chunk++)
        {
            var lines = await ReadAsync([.. Bom, .. Encoding.ASCII.GetBytes(text)], 100, chunk);
            if (text.Length == 0)
            {
                Assert.All(lines, l => Assert.Equal("", l.Text)); // The mark alone: an empty line at the most.
            }
            else
            {
                AssertAreLinesOf(text, 3, lines);
            }
        }
    }

    [Fact]
    public async Task ReadAsync_ByteOrderMarkOnALaterLine_Stays()
    {
        var lines = await ReadAsync([.. "a\n"u8, .. Bom, .. "b\n"u8], 100, 100);

        Assert.Equal("\uFEFFb", lines[1].Text);
    }

    [Fact]
    public async Task ReadAsync_LongLine_IsPassedOverAndTheRestGoesOn()
    {
        var text = "a\n" + new string('x', 5000) + "\r\nb\n" + new string('y', 5000);
        foreach (var chunk in new[] { 1, 7, 999, 1000, 1001, 1002, 1003, 1004, 4096, 100_000 })
        {
            var lines = await ReadAsync(Encoding.ASCII.GetBytes(text), 1000, chunk);

            Assert.Equal(
                [
                    new Line(1, 0, 2, "a", false),
                    new Line(2, 2, 5002, "", true),
                    new Line(3, 5004, 2, "b", false),
                    new Line(4, 5006, 5000, "", true),
                ],
                lines);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task ReadAsync_LineOfExactlyTheLengthAllowed_IsTaken(string end)
    {
        for (var chunk = 1; chunk < 120; chunk++)
        {
            var line = Assert.Single(await ReadAsync(Encoding.ASCII.GetBytes(new string('x', 100) + end), 100, chunk));
            Assert.Equal((false, 100), (line.IsTooLong, line.Text.Length));

            var marked = Assert.Single(await ReadAsync([.. Bom, .. Encoding.ASCII.GetBytes(new string('x', 100) + end)], 100, chunk));
            Assert.Equal((false, 100), (marked.IsTooLong, marked.Text.Length));

            var longer = Assert.Single(await ReadAsync(Encoding.ASCII.GetBytes(new string('x', 101) + end), 100, chunk));
            Assert.True(longer.IsTooLong);
        }
    }

    [Fact]
    public async Task ReadAsync_LineLongerThanTheBuffer_IsHeldWhole()
    {
        var text = "a\n" + new string('x', 3_000_000) + "\nb";

        var lines = await ReadAsync(Encoding.ASCII.GetBytes(text), 4_000_000, 70_001);

        AssertAreLinesOf(text, 0, lines);
    }

    [Fact]
    public async Task ReadAsync_LineFarBeyondTheLengthAllowed_IsNotHeld()
    {
        using var stream = new EndlessLine(300_000_000);
        using var reader = new LineReader(stream, 100_000);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        Assert.True(await reader.ReadAsync(default));

        Assert.True(reader.IsTooLong);
        Assert.Equal(300_000_000, reader.Length);
        Assert.Equal(0, reader.Line.Length);
        Assert.True(stream.LargestRead < 4_000_000, $"Reads of {stream.LargestRead} bytes: the line was gathered.");
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 150_000_000);
        Assert.False(await reader.ReadAsync(default));
    }

    [Fact]
    public async Task ReadAsync_RandomTextsAndChunks_MatchesASimpleSplit()
    {
        var random = new Random(17);
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(6) switch
            {
                0 or 1 => "\n",
                2 => "\r\n",
                3 => new string('x', random.Next(1, 40)),
                4 => "é",
                _ => "b",
            }));
            AssertAreLinesOf(text, 0, await ReadAsync(Encoding.UTF8.GetBytes(text), 1_000, random.Next(1, 30)));
        }
    }

    [Fact]
    public void Of_TextInMemory_AgreesWithTheReader()
    {
        var text = "a\r\n\nb\r"u8.ToArray();

        Assert.Equal([(0, "a"), (3, ""), (4, "b")], Lines.Of(text).Select(l => (l.Offset, Encoding.ASCII.GetString(l.Line.Span))));
        Assert.Empty(Lines.Of(default));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(" \t ", true)]
    [InlineData(" x", false)]
    public void IsBlank_Line_IsWhiteSpaceOnly(string line, bool expected) =>
        Assert.Equal(expected, Lines.IsBlank(Encoding.ASCII.GetBytes(line)));

    private static void AssertAreLinesOf(string text, long offset, List<Line> lines)
    {
        var expected = new List<Line>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var at ? at + 1 : text.Length;
            var raw = text[start..end];
            var line = raw.EndsWith('\n') ? raw[..^1] : raw;
            line = line.EndsWith('\r') ? line[..^1] : line;
            var length = Encoding.UTF8.GetByteCount(raw);
            expected.Add(new Line(expected.Count + 1, offset, length, line, false));
            (offset, start) = (offset + length, end);
        }

        Assert.Equal(expected, lines);
    }

    private static async Task<List<Line>> ReadAsync(byte[] content, int longest, int chunk)
    {
        using var reader = new LineReader(new ChunkedStream(content, chunk), longest);
        var lines = new List<Line>();
        while (await reader.ReadAsync(default))
        {
            lines.Add(new Line(reader.Number, reader.Offset, reader.Length, Encoding.UTF8.GetString(reader.Line.Span), reader.IsTooLong));
        }

        return lines;
    }

    private sealed record Line(long Number, long Offset, long Length, string Text, bool IsTooLong);

    /// <summary>Gives at most so many bytes a read.</summary>
    private sealed class ChunkedStream(byte[] content, int chunk) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }

    /// <summary>One line without an end, of so many bytes that nobody should hold them.</summary>
    private sealed class EndlessLine(long length) : MemoryStream
    {
        private long _left = length;

        public int LargestRead { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = (int)Math.Min(_left, buffer.Length);
            LargestRead = Math.Max(LargestRead, read);
            buffer.Span[..read].Fill((byte)'x');
            _left -= read;
            return ValueTask.FromResult(read);
        }
    }
}
