using System.Text;
using Drover.OpenAI;

namespace Drover.Tests.OpenAI;

public sealed class AnswerTextTests
{
    [Theory]
    [InlineData("data: {}", true)]
    [InlineData("\uFEFFdata: {}", true)]
    [InlineData("\uFEFF\r\n: keep-alive", true)]
    [InlineData("event: ping", true)]
    [InlineData("retry: 10", true)]
    [InlineData("""{"choices":[]}""", false)]
    [InlineData("<html>", false)]
    [InlineData("", false)]
    public void LooksLikeEvents_ABeginning_IsToldByItsFirstWord(string text, bool areEvents) =>
        Assert.Equal(areEvents, AnswerText.LooksLikeEvents(Encoding.UTF8.GetBytes(text)));
}
