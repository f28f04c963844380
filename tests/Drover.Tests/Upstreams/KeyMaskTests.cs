using System.Text;
using System.Text.Json;
using Drover.Upstreams.Keys;

namespace Drover.Tests.Upstreams;

public sealed class KeyMaskTests
{
    private const string Key = "sk-proj-Ab3/xY+9q_Zw7LkQ~2mN5pR8t";
    private readonly KeyMask _mask = new([Key, "short"]);

    public static TheoryData<string> Forms()
    {
        var plain = Encoding.UTF8.GetBytes(Key);
        var escaped = string.Concat(Key.Select(c => $"\\u{(int)c:x4}"));
        return
        [
            Key,
            $"Bearer {Key}",
            Key[3..],
            Key[..12],
            Key[8..20],
            JsonSerializer.Serialize(Key),
            escaped,
            string.Concat(Key.Select(c => $"\\u{(int)c:X4}")),
            escaped.Replace("\\", "\\\\", StringComparison.Ordinal), // JSON in a JSON string.
            Key.Replace("/", "\\/", StringComparison.Ordinal),
            Uri.EscapeDataString(Key),
            string.Concat(Key.Select(c => $"%{(int)c:x2}")),
            string.Concat(Key.Select(c => $"%25{(int)c:X2}")),
            string.Concat(Key.Select(c => $"&#{(int)c};")),
            string.Concat(Key.Select(c => $"&#x{(int)c:x};")),
            string.Concat(Key.Select((c, i) => i % 2 == 0 ? $"{c}" : $"%{(int)c:x2}")),
            Convert.ToBase64String(plain),
            Convert.ToBase64String([.. "user:"u8, .. plain, .. ":x"u8]),
            Convert.ToBase64String([.. "u:"u8, .. plain]),
            Convert.ToBase64String(plain).Replace('+', '-').Replace('/', '_').TrimEnd('='),
            Uri.EscapeDataString(Convert.ToBase64String([.. "abcd"u8, .. plain])),
        ];
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Cover_AKeyInAnyForm_LeavesNoRunOfIt(string form)
    {
        for (var before = 0; before < 9; before++)
        {
            var text = $"{new string('x', before)} {form}, and more";
            var covered = _mask.Cover(text)!;

            Assert.Equal(text.Length, covered.Length);
            Assert.StartsWith(text[..(before + 1)], covered, StringComparison.Ordinal);
            Assert.EndsWith(", and more", covered, StringComparison.Ordinal);
            Assert.DoesNotContain(Runs(form), run => covered.Contains(run, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Nothing of it: sk-proj-Ab3 and short, 100 % sure, \\u0041\\u0042 & more &#65; %41")]
    [InlineData("{\"a\":\"\\\\u0073 sk-proj-\"}")]
    [InlineData("")]
    public void Cover_WhatIsNoKey_StaysAsItIs(string text) => Assert.Equal(text, _mask.Cover(text));

    [Fact]
    public void Cover_EscapedWithinJson_LeavesJson()
    {
        var json = Encoding.UTF8.GetBytes($"{{\"a\":\"x{string.Concat(Key.Select(c => $"\\u{(int)c:x4}"))}y\",\"b\":[1]}}");

        using var document = JsonDocument.Parse(_mask.Cover(json));

        Assert.Matches("^x[*]+y$", document.RootElement.GetProperty("a").GetString());
    }

    [Fact]
    public async Task ReadAsync_LinesThatComeInPieces_AreCovered()
    {
        var text = $"data: {{\"x\":\"{Key}\"}}\n\ndata: {Key}\r\r: {Key[5..]}";
        for (var size = 1; size < 40; size += 3)
        {
            await using var lines = new MaskedLines(new Pieces(Encoding.UTF8.GetBytes(text), size), _mask);
            using var reader = new StreamReader(lines);
            var covered = await reader.ReadToEndAsync();

            Assert.Equal(text.Length, covered.Length);
            Assert.DoesNotContain(Runs(Key), run => covered.Contains(run, StringComparison.Ordinal));
        }
    }

    // Of a form with escapes every run of the key is longer than this.
    private static IEnumerable<string> Runs(string form) =>
        Enumerable.Range(0, Math.Max(1, form.Length - 23)).Select(at => form[at..Math.Min(form.Length, at + 24)])
            .Where(r => r.Length >= 12);

    private sealed class Pieces(byte[] content, int size) : Drover.Bytes.ReadingStream
    {
        private int _at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = Math.Min(Math.Min(size, buffer.Length), content.Length - _at);
            content.AsMemory(_at, read).CopyTo(buffer);
            _at += read;
            return ValueTask.FromResult(read);
        }
    }
}
