using Drover.Recipes;
using Drover.Tests.Upstreams;
using Drover.Tokens;

namespace Drover.Tests.Recipes;

public sealed class TextSplitterTests
{
    [Theory]
    [InlineData("One. Two! Three? Four", "One. |Two! |Three? |Four")]
    [InlineData(
        "Mr. Smith paid 3.5 pounds, i.e. much. He left at 5 p.m. and came back.",
        "Mr. Smith paid 3.5 pounds, i.e. much. |He left at 5 p.m. and came back.")]
    [InlineData(
        "\"Is it?\" he asked. \"It is.\" J. R. Tolkien wrote … and wrote.",
        "\"Is it?\" he asked. |\"It is.\" |J. R. Tolkien wrote … and wrote.")]
    [InlineData("吾輩は猫である。名前はまだ無い。「そうか。」と主人は言った。「はい！」彼は答えた。", "吾輩は猫である。|名前はまだ無い。|「そうか。」と主人は言った。|「はい！」|彼は答えた。")]
    [InlineData("你好吗？我很好。再见！", "你好吗？|我很好。|再见！")]
    [InlineData("No end\nNew line\n\n  Indented", "No end\n|New line\n\n  |Indented")]
    [InlineData("Das kostet z.B. 3 Mark. Was nun?! Nichts.", "Das kostet z.B. 3 Mark. |Was nun?! |Nichts.")]
    public void EndOfSentence_EachScript_IsWhereAReaderStops(string text, string expected)
    {
        var sentences = new List<string>();
        for (var start = 0; start < text.Length; start = start + sentences[^1].Length)
        {
            sentences.Add(text[start..TextSplitter.EndOfSentence(text, start)]);
        }

        Assert.Equal(expected.Split('|'), sentences);
    }

    [Fact]
    public void Split_AnyText_LosesNothingAndFits()
    {
        var random = new Random(7);
        string[] pieces =
            ["吾輩は猫である。", "Mr. Smith went. ", "😀", "a", " ", "\n", "é", "x".PadRight(400, 'x'), "。", "\"Yes.\" ", "、", "𠮷野家で", "\u0301"];
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => pieces[random.Next(pieces.Length)]));
            var most = random.Next(2, 60);

            var parts = TextSplitter.Split(text, most);

            Assert.Equal(text, string.Concat(parts));
            Assert.All(parts, p => Assert.InRange(TextTokens.QuartersOf(p), 0, 4 * most));
            Assert.All(parts, p => Assert.True(p.Length == 0 || (!char.IsLowSurrogate(p[0]) && !char.IsHighSurrogate(p[^1]))));
        }
    }

    [Fact]
    public void Split_SentencesThatFit_AreNeverCut()
    {
        var text = string.Concat(Enumerable.Range(0, 500).Select(i => $"これは文{i}です。"));

        var parts = TextSplitter.Split(text, 100);

        Assert.All(parts, p => Assert.EndsWith("です。", p, StringComparison.Ordinal));
        Assert.InRange(parts.Count, 41, 43);
    }

    [Fact]
    public void Split_Counted_LosesNothingAndFitsByTheTokenizer()
    {
        var random = new Random(8);
        var counter = TokenCounter.For("gpt-4o");
        string[] pieces =
            [
                "吾輩は猫である。", "Mr. Smith went. ", "😀", "a", " ", "\n", "é", "x7".PadRight(400, '7'), "。", "\"Yes.\" ", "、", "𠮷野家で",
                "\u0301", "12.50 EUR, EAN 4006381333931. "
            ];
        for (var round = 0; round < 300; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => pieces[random.Next(pieces.Length)]));
            var most = random.Next(8, 60);

            var parts = TextSplitter.Split(text, most, counter);

            Assert.Equal(text, string.Concat(parts));
            Assert.All(parts, p => Assert.InRange(counter.Count(p), 0, most + 1)); // One more where sentences meet.
            Assert.All(parts, p => Assert.True(p.Length == 0 || (!char.IsLowSurrogate(p[0]) && !char.IsHighSurrogate(p[^1]))));
        }
    }

    [Fact]
    public void Split_FiguresThatTheRuleCountsTooLow_FitWhenTheyAreCounted()
    {
        var text = string.Join(". ", ProductTexts.Of(500, 9));
        var counter = TokenCounter.For("gpt-4o");

        Assert.Contains(TextSplitter.Split(text, 1_000), p => counter.Count(p) > 1_000);
        Assert.All(TextSplitter.Split(text, 1_000, counter).SkipLast(1), p => Assert.InRange(counter.Count(p), 800, 1_001));
    }

    [Fact]
    public void Split_AMillionCharactersWithoutAnEnd_TakesNoSquareOfTheTime() =>
        Assert.All(
            TextSplitter.Split(new string('7', 1_000_000), 500, TokenCounter.For(null)).SkipLast(1),
            p => Assert.InRange(p.Length, 1_400, 1_502));
}
