using Drover.Json;

namespace Drover.Tests.Json;

public sealed class ExcerptTests
{
    [Theory]
    [InlineData("", 3, "")]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc…")]
    [InlineData("ab😀d", 3, "ab…")]
    [InlineData("a😀d", 3, "a😀…")]
    public void Of_TextOfALength_KeepsItsBeginningAndPairsWhole(string text, int longest, string expected) =>
        Assert.Equal(expected, Excerpt.Of(text, longest));

    [Fact]
    public void Of_InTheMiddleOfAPairAtTheUsualLength_LeavesThePairOut() =>
        Assert.Equal(new string('x', 499) + "…", Excerpt.Of(new string('x', 499) + "😀😀"));
}
