using Drover.Streams;

namespace Drover.Tests.Streams;

public sealed class OverlapTests
{
    private const string Before = "The drovers walked their cattle over the hills to the markets of the south.";

    [Theory]
    [InlineData(" They knew the roads.", " They knew the roads.")] // Nothing repeated.
    [InlineData(" the south. They knew", " They knew")] // Its end.
    [InlineData(Before + " They knew", " They knew")] // All of it.
    [InlineData(" the hills", " the hills")] // A word that stands in the text, but not at its end.
    [InlineData("south. Then", "south. Then")] // Too short to be told from a word said twice.
    [InlineData("", "")]
    public void Take_AContinuation_LosesWhatItRepeats(string continuation, string expected)
    {
        foreach (var size in new[] { 1, 3, 8, 1000 })
        {
            Assert.Equal(expected, Run(Before, continuation, size));
        }
    }

    [Theory]
    [InlineData("| - | - | - | - | - |", " - | - |")]
    [InlineData("0, 0, 0, 0, 0, 0, 0, 0, ", "0, 0, 0, 0, 1")]
    [InlineData("La la la la la la la", " la la la la la")]
    [InlineData("Once. Between the hills and the south there is a road.", " Between the hills and the south there is a road. No more.")]
    [InlineData("Between A and B there is a road. Between A and", " B there is a road. Between A and C there is none.")]
    public void Take_APatternThatGoesOn_LosesNothing(string before, string continuation) =>
        Assert.Equal(continuation, Run(before, continuation, 4));

    [Fact]
    public void Take_AShortTextBegunAnew_LosesIt() => Assert.Equal(" 42 is", Run("In", "In 42 is", 2));

    [Fact]
    public void Take_ASentenceThatWasBrokenOffAndIsSaidAgain_IsSaidOnce() => Assert.Equal(
        " to the markets.",
        Run("First. The drovers walked their cattle over the hills", "The drovers walked their cattle over the hills to the markets.", 5));

    [Fact]
    public void Take_AnotherAnswer_SaysSo()
    {
        var overlap = new Overlap(Before);
        Assert.Equal("", overlap.Take("The drovers walked their cattle over the sea."));
        Assert.True(overlap.IsAnotherAnswer);
    }

    [Fact]
    public void Take_ATextThatSaysSentencesTwice_LosesNothingWhereverItIsCut()
    {
        const string Text =
            "Note how one leads on to two. Between one and two there is a close connection. Between hills and two there is a close connection. "
            + "Between hills and two there is a close connection. It is chiefly about hills. It is chiefly about hills and two. The end.";
        Assert.All(Enumerable.Range(1, Text.Length - 1), cut => Assert.Equal(Text[cut..], Run(Text[..cut], Text[cut..], 8)));
    }

    private static string Run(string before, string continuation, int size)
    {
        var overlap = new Overlap(before);
        var text = string.Concat(continuation.Chunk(size).Select(piece => overlap.Take(new string(piece)))) + overlap.Flush();
        Assert.False(overlap.IsAnotherAnswer);
        return text;
    }
}
