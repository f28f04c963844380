using System.Text.Json;
using Drover.OpenAI;

namespace Drover.Tests.OpenAI;

public sealed class ReplyTextTests
{
    [Theory]
    [InlineData("""{"choices":[{"message":{"content":"a\nb"}}]}""", "a\nb")]
    [InlineData("""{"choices":[{"message":{"content":""}}]}""", "")]
    [InlineData("""{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"other"},{"type":"text","text":"b"}]}}]}""", "ab")]
    [InlineData("""{"choices":[{"message":{"content":null}}]}""", null)]
    [InlineData("""{"choices":[{"message":{}}]}""", null)]
    [InlineData("""{"choices":[{}]}""", null)]
    [InlineData("""{"choices":[]}""", null)]
    [InlineData("""{"choices":{}}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("""[]""", null)]
    [InlineData("""{"choices":["text"]}""", null)]
    [InlineData("""{"choices":[{"message":"text"}]}""", null)]
    [InlineData("""{"choices":[{"message":null}]}""", null)]
    [InlineData("""{"choices":[{"message":{"content":["a"]}}]}""", "a")]
    [InlineData("""{"choices":[{"message":{"content":[{"text":7}]}}]}""", "")]
    [InlineData("""{"choices":[{"message":{"content":"a \ud83d"}}]}""", "a \ufffd")]
    [InlineData("""{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}]}}]}""", "a")]
    public void Of_AnyAnswer_IsItsTextOrNull(string body, string? expected) =>
        Assert.Equal(expected, ReplyText.OfChoice(ReplyText.FirstChoice(JsonElement.Parse(body))));
}
