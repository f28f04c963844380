using System.Text;
using Drover.OpenAI;

namespace Drover.Tests.OpenAI;

/// <summary>No chunk goes out with half a character.</summary>
public sealed class SplitPairsTests
{
    [Theory]
    [InlineData(@"ox \ud83d|\udc02 and", @"ox |\ud83d\udc02 and")]
    [InlineData(@"\uD83D|\uDC02\uD83D|\uDC02", @"|\uD83D\uDC02|\uD83D\uDC02")]
    [InlineData(@"ox \ud83d||\udc02", @"ox ||\ud83d\udc02")]
    [InlineData(@"ox \ud83d\udc02|!", @"ox \ud83d\udc02|!")]
    [InlineData(@"C:\\ud83d|\udc02", @"C:\\ud83d|\udc02")]
    [InlineData(@"C:\\\ud83d|\udc02", @"C:\\|\ud83d\udc02")]
    [InlineData(@"ox \ud83d|and no more", @"ox |and no more")]
    [InlineData("ox|en", "ox|en")]
    public void Join_TextsThatWereCutAnywhere_AreOfWholeCharacters(string pieces, string joined)
    {
        var pairs = new SplitPairs();

        var texts = pieces.Split('|').Select(piece => Encoding.UTF8.GetString(pairs.Join(Encoding.UTF8.GetBytes(Chunk(piece)))));

        Assert.Equal(joined.Split('|').Select(Chunk), texts);
    }

    [Theory]
    [InlineData("""{"choices":[{"delta":{"content":null,"role":"assistant"}}],"x":"\ud83d"}""")]
    [InlineData("""{"choices":[],"usage":{"prompt_tokens":1},"x":"\ud83d"}""")]
    [InlineData("""{"choices":[{"delta":{"content":"\ud83d""")]
    [InlineData("""[DONE] \ud83d""")]
    public void Join_WhatIsNoText_IsLeftAsItIs(string data) =>
        Assert.Equal(data, Encoding.UTF8.GetString(new SplitPairs().Join(Encoding.UTF8.GetBytes(data))));

    private static string Chunk(string text) =>
        $$$"""{"id":"c","choices":[{"index":0,"delta":{"content":"{{{text}}}"},"finish_reason":null}]}""";
}
